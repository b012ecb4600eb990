import { randomBytes } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import type { Role } from '../../../contract/operation.ts';
import { ACT_AS, DECIDE } from '../../../contract/scopes.ts';
import type { Caller, RequestContext } from '../../../http/caller.ts';
import { listPage, type Page } from '../../../http/cursor.ts';
import { invalidField, notFound, Problem } from '../../../http/problem.ts';
import type { Database } from '../../../platform/database/index.ts';
import { HOUR_MS } from '../../../platform/durations.ts';
import { actorOf, displayName, record, systemActor } from '../audit/index.ts';
import { announceChange, type Changes } from './changes.ts';
import { covers } from './claims.ts';
import { digest, newSecret } from './digest.ts';
import { changeKey, insertKey, type KeyRecord, listKeys, lockKey, widenKey } from './key-store.ts';
import { KEY } from './verifier.ts';

interface NewKey {
  name: string;
  roles: Role[];
  scopes: string[];
  expiresAt?: string | undefined;
}

/** API keys: made, listed, rotated and revoked. */
export function createKeys(database: Database, changes: Changes, now: () => Date) {
  const view = (row: KeyRecord) => keyView(row, now());

  return {
    list: (tenantId: string, page: Page) =>
      database.withTenant(tenantId, (transaction) =>
        listPage(page, {
          cursor: z.uuid(),
          query: (after, limit) => listKeys(transaction, after, limit),
          key: (row) => row.id,
          view,
        }),
      ),

    /** @throws {Problem} FORBIDDEN for more than the maker may do, INVALID_INPUT for an expiry in the past */
    create: (request: RequestContext, { name, roles, scopes, expiresAt }: NewKey) => {
      requireGiveable(request.caller, roles, scopes);
      if (expiresAt !== undefined && new Date(expiresAt) <= now())
        throw invalidField('expiresAt', 'must be in the future');
      const actor = actorOf(request);
      return database.withTenant(actor.tenantId, async (transaction) => {
        const prefix = randomBytes(4).toString('hex');
        const secret = newSecret();
        const row = await insertKey(transaction, {
          id: uuidv7(),
          tenant_id: actor.tenantId,
          name,
          prefix,
          secret_hash: digest(secret),
          roles,
          scopes,
          expires_at: expiresAt === undefined ? null : new Date(expiresAt),
          created_by: displayName(actor),
        });
        if (!row) throw new Problem('CONFLICT', 'A key with this name already exists. Try again.');
        await record(transaction, actor, {
          subject: `key:${row.id}`,
          details: [{ about: [], content: { name, prefix, roles, scopes, expiresAt: expiresAt ?? null } }],
        });
        return { ...view(row), key: `aim_${prefix}_${secret}` };
      });
    },

    /**
     * Whoever rotates a key has its secret, so that it may do no more than they may.
     * @throws {Problem} NOT_FOUND, CONFLICT for a key that was revoked, FORBIDDEN for one that may do more
     */
    rotate: async (request: RequestContext, keyId: string, overlapHours: number) => {
      const actor = actorOf(request);
      const rotated = await database.withTenant(actor.tenantId, async (transaction) => {
        const before = await lockKey(transaction, keyId);
        if (!before) throw notFound('API key', keyId);
        if (before.revoked_at) throw new Problem('CONFLICT', 'The key was revoked. Create a new one.');
        requireGiveable(request.caller, before.roles as Role[], before.scopes);
        const secret = newSecret();
        const previousUntil = overlapHours > 0 ? new Date(now().getTime() + overlapHours * HOUR_MS) : null;
        const row = await changeKey(transaction, keyId, {
          secret_hash: digest(secret),
          previous_hash: previousUntil && before.secret_hash,
          previous_until: previousUntil,
        });
        await announceChange(transaction);
        await record(transaction, actor, {
          subject: `key:${keyId}`,
          details: [{ about: [], content: { previousUntil } }],
        });
        return { ...view(row), key: `aim_${row.prefix}_${secret}` };
      });
      changes.tell();
      return rotated;
    },

    /** Revoking again changes nothing. @throws {Problem} NOT_FOUND */
    revoke: async (request: RequestContext, keyId: string) => {
      const actor = actorOf(request);
      const revoked = await database.withTenant(actor.tenantId, async (transaction) => {
        const before = await lockKey(transaction, keyId);
        if (!before) throw notFound('API key', keyId);
        if (before.revoked_at) return view(before);
        const row = await changeKey(transaction, keyId, {
          revoked_at: now(),
          previous_hash: null,
          previous_until: null,
        });
        await announceChange(transaction);
        await record(transaction, actor, {
          subject: `key:${keyId}`,
          details: [{ about: [], content: { name: row.name, prefix: row.prefix } }],
        });
        return view(row);
      });
      changes.tell();
      return revoked;
    },

    /**
     * Registers a key of the installation for a tenant. The same key again gets the scopes that it does not have yet, and
     * otherwise changes nothing.
     */
    ensure: async (
      tenantId: string,
      name: string,
      key: string,
      roles: Role[],
      scopes: string[] = ['*'],
    ): Promise<void> => {
      const [, prefix, secret] = KEY.exec(key) ?? [];
      if (!prefix || !secret) throw new Error('The key is not well-formed');
      await database.withTenant(tenantId, async (transaction) => {
        const row = await insertKey(transaction, {
          id: uuidv7(),
          tenant_id: tenantId,
          name,
          prefix,
          secret_hash: digest(secret),
          roles,
          scopes,
          expires_at: null,
          created_by: null,
        });
        const named = row ?? (await widenKey(transaction, prefix, scopes));
        if (!named) return;
        await record(transaction, systemActor(tenantId, 'identity.ensureKey'), {
          subject: `key:${named.id}`,
          details: [{ about: [], content: { name, prefix, roles, scopes } }],
        });
      });
    },
  };
}

/** @throws {Problem} FORBIDDEN for a key with more than the caller may do */
function requireGiveable(caller: Caller, roles: readonly Role[], scopes: readonly string[]): void {
  const beyond = roles.find((role) => !covers(caller.roles, role));
  if (beyond) throw new Problem('FORBIDDEN', `You do not have the role ${beyond} of that key.`);
  const wider = caller.keyId && scopes.find((scope) => !mayGive(caller.scopes, scope));
  if (wider) throw new Problem('FORBIDDEN', `Your key does not have the scope ${wider} of that key.`);
}

/** Whether a key with these scopes may give one to another: none gives more than it has. */
function mayGive(own: readonly string[], scope: string): boolean {
  if (own.includes(scope)) return true;
  if (scope === ACT_AS || scope === DECIDE || scope === '*') return false;
  const [resource = ''] = scope.split(':');
  if (own.includes('*') || own.includes(resource)) return true;
  return scope.endsWith(':read') && own.includes('read');
}

function keyView(row: KeyRecord, now: Date) {
  return {
    keyId: row.id,
    name: row.name,
    prefix: row.prefix,
    roles: row.roles as Role[],
    scopes: row.scopes,
    createdAt: row.created_at.toISOString(),
    createdBy: row.created_by,
    expiresAt: row.expires_at?.toISOString() ?? null,
    lastUsedAt: row.last_used_at?.toISOString() ?? null,
    previousValidUntil:
      row.previous_until && row.previous_until > now ? row.previous_until.toISOString() : null,
    revokedAt: row.revoked_at?.toISOString() ?? null,
  };
}
