import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import { v7 as uuidv7 } from 'uuid';
import type { Role } from '../../contract/operation.ts';
import type { Caller } from '../../http/caller.ts';
import type { Tier } from '../../http/limits/tiers.ts';
import { Problem } from '../../http/problem.ts';
import type { GuardCredential } from '../../http/router.ts';
import { createLru } from '../../platform/cache/index.ts';
import type { Database, TenantTransaction } from '../../platform/database/index.ts';
import { record, systemActor } from '../audit/index.ts';

/** `aim_<prefix>_<secret>`: the prefix finds the key, the secret's SHA-256 proves it (its entropy needs no slow hash). */
const KEY = /^aim_([A-Za-z0-9]{8})_([A-Za-z0-9_-]{32,128})$/;

/** For how long a verified key is trusted without asking the database again. */
const TRUST_MS = 30_000;
const MOST_TRUSTED = 1_000;

interface Verified {
  caller: Caller;
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

export type Identity = ReturnType<typeof createIdentity>;

/** Tenants and the API keys that speak for them. */
export function createIdentity(database: Database) {
  const trusted = createLru<Caller>({ mostEntries: MOST_TRUSTED });

  async function find(prefix: string, secret: string): Promise<Verified | null> {
    const row = await database
      .system('the key tells the tenant, so it is looked up before there is one')
      .selectFrom('identity.api_keys as key')
      .innerJoin('identity.tenants as tenant', 'tenant.id', 'key.tenant_id')
      .select([
        'key.id',
        'key.name',
        'key.secret_hash',
        'key.roles',
        'key.scopes',
        'key.expires_at',
        'tenant.id as tenant_id',
        'tenant.name as tenant_name',
        'tenant.tier',
      ])
      .where('key.prefix', '=', prefix)
      .where('key.revoked_at', 'is', null)
      .executeTakeFirst();
    const expected = Buffer.from(row?.secret_hash ?? hash(''), 'hex');
    const matches = timingSafeEqual(expected, Buffer.from(hash(secret), 'hex'));
    if (!row || !matches || (row.expires_at && row.expires_at < new Date())) return null;
    const expiresAt = row.expires_at?.getTime() ?? null;
    const caller: Caller = {
      tenantId: row.tenant_id,
      tenantName: row.tenant_name,
      tier: row.tier,
      credential: { kind: 'key', id: row.id, expiresAt },
      keyId: row.id,
      keyName: row.name,
      user: null,
      roles: row.roles as Role[],
      scopes: row.scopes,
    };
    return { caller, expiresAt: expiresAt ?? Number.POSITIVE_INFINITY };
  }

  async function verify(prefix: string | undefined, secret: string | undefined): Promise<Verified> {
    if (!prefix || !secret) throw new Problem('UNAUTHENTICATED', 'The API key is not well-formed.');
    const verified = await find(prefix, secret);
    if (!verified) throw new Problem('UNAUTHENTICATED', 'The API key is not known or has expired.');
    return verified;
  }

  return {
    /**
     * The caller behind `Authorization: Bearer <key>`; null without one. A key that was verified is trusted
     * for half a minute in this process, never beyond its expiry: so long a revocation may take to work.
     * @param guard runs the verification of a key that is not trusted yet
     * @throws {Problem} UNAUTHENTICATED
     */
    authenticate: async (
      request: Request,
      guard: GuardCredential = (check) => check(),
    ): Promise<Caller | null> => {
      const header = request.headers.authorization;
      if (header === undefined) return null;
      const [, prefix, secret] = KEY.exec(header.replace(/^Bearer /i, '')) ?? [];
      const fingerprint = hash(`${prefix}.${secret}`);
      const known = trusted.get(fingerprint);
      if (known) return known;
      const { caller, expiresAt } = await guard(() => verify(prefix, secret));
      trusted.set(fingerprint, caller, Math.min(TRUST_MS, expiresAt - Date.now()));
      return caller;
    },

    /** Makes the tenant if it is not there, sets its tier where one is given, and answers its id. */
    ensureTenant: async (name: string, tier?: Tier): Promise<string> => {
      const kysely = database.system('creates a tenant');
      await kysely
        .insertInto('identity.tenants')
        .values({ id: uuidv7(), name, ...(tier ? { tier } : {}) })
        .onConflict((conflict) => {
          const known = conflict.column('name');
          return tier ? known.doUpdateSet({ tier }) : known.doNothing();
        })
        .execute();
      const row = await kysely
        .selectFrom('identity.tenants')
        .select('id')
        .where('name', '=', name)
        .executeTakeFirstOrThrow();
      return row.id;
    },

    /** Every tenant, for work that is done for each of them. */
    tenantIds: async (): Promise<string[]> => {
      const rows = await database
        .system('goes through the tenants one by one')
        .selectFrom('identity.tenants')
        .select('id')
        .orderBy('id')
        .execute();
      return rows.map(({ id }) => id);
    },

    /** Every key of the tenant, oldest first, without what proves it. */
    listKeys: (transaction: TenantTransaction) =>
      transaction
        .selectFrom('identity.api_keys')
        .select(['id', 'name', 'prefix', 'roles', 'expires_at', 'created_at'])
        .orderBy('id')
        .execute(),

    /** Registers a key for a tenant; the same key again changes nothing. */
    ensureKey: async (
      tenantId: string,
      name: string,
      key: string,
      roles: Role[],
      scopes: string[] = ['*'],
    ): Promise<void> => {
      const [, prefix, secret] = KEY.exec(key) ?? [];
      if (!prefix || !secret) throw new Error('The key is not well-formed');
      await database.withTenant(tenantId, async (transaction) => {
        const added = await transaction
          .insertInto('identity.api_keys')
          .values({
            id: uuidv7(),
            tenant_id: tenantId,
            name,
            prefix,
            secret_hash: hash(secret),
            roles,
            scopes,
            expires_at: null,
          })
          .onConflict((conflict) => conflict.column('prefix').doNothing())
          .returning('id')
          .executeTakeFirst();
        if (!added) return;
        await record(transaction, systemActor(tenantId, 'identity.ensureKey'), {
          subject: `key:${added.id}`,
          details: [{ about: [], content: { name, prefix, roles, scopes } }],
        });
      });
    },
  };
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
