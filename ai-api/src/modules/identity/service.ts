import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import { v7 as uuidv7 } from 'uuid';
import type { Role } from '../../contract/operation.ts';
import type { Caller } from '../../http/caller.ts';
import { Problem } from '../../http/problem.ts';
import type { Database } from '../../platform/database/index.ts';

/** `aim_<prefix>_<secret>`: the prefix finds the key, the secret's SHA-256 proves it (its entropy needs no slow hash). */
const KEY = /^aim_([A-Za-z0-9]{8})_([A-Za-z0-9_-]{32,128})$/;

/** For how long a verified key is trusted without asking the database again. */
const TRUST_MS = 30_000;
const MOST_TRUSTED = 1_000;

export type Identity = ReturnType<typeof createIdentity>;

/** Tenants and the API keys that speak for them. */
export function createIdentity(database: Database) {
  const trusted = new Map<string, { caller: Caller; until: number }>();

  async function verify(prefix: string, secret: string): Promise<Caller | null> {
    const row = await database
      .system('the key tells the tenant, so it is looked up before there is one')
      .selectFrom('identity.api_keys as key')
      .innerJoin('identity.tenants as tenant', 'tenant.id', 'key.tenant_id')
      .select([
        'key.id',
        'key.name',
        'key.secret_hash',
        'key.roles',
        'key.expires_at',
        'tenant.id as tenant_id',
        'tenant.name as tenant_name',
      ])
      .where('key.prefix', '=', prefix)
      .executeTakeFirst();
    const expected = Buffer.from(row?.secret_hash ?? hash(''), 'hex');
    const matches = timingSafeEqual(expected, Buffer.from(hash(secret), 'hex'));
    if (!row || !matches || (row.expires_at && row.expires_at < new Date())) return null;
    return {
      tenantId: row.tenant_id,
      tenantName: row.tenant_name,
      keyId: row.id,
      keyName: row.name,
      roles: row.roles as Role[],
    };
  }

  return {
    /** The caller behind `Authorization: Bearer <key>`; null without one. @throws {Problem} UNAUTHENTICATED */
    authenticate: async (request: Request): Promise<Caller | null> => {
      const header = request.headers.authorization;
      if (header === undefined) return null;
      const [, prefix, secret] = KEY.exec(header.replace(/^Bearer /i, '')) ?? [];
      if (!prefix || !secret) throw new Problem('UNAUTHENTICATED', 'The API key is not well-formed.');
      const fingerprint = hash(`${prefix}.${secret}`);
      const known = trusted.get(fingerprint);
      if (known && known.until > Date.now()) return known.caller;
      const caller = await verify(prefix, secret);
      if (!caller) throw new Problem('UNAUTHENTICATED', 'The API key is not known or has expired.');
      if (trusted.size >= MOST_TRUSTED) trusted.clear();
      trusted.set(fingerprint, { caller, until: Date.now() + TRUST_MS });
      return caller;
    },

    /** Makes the tenant if it is not there, and answers its id. */
    ensureTenant: async (name: string): Promise<string> => {
      const kysely = database.system('creates a tenant');
      await kysely
        .insertInto('identity.tenants')
        .values({ id: uuidv7(), name })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .execute();
      const row = await kysely
        .selectFrom('identity.tenants')
        .select('id')
        .where('name', '=', name)
        .executeTakeFirstOrThrow();
      return row.id;
    },

    /** Registers a key for a tenant; the same key again changes nothing. */
    ensureKey: async (tenantId: string, name: string, key: string, roles: Role[]): Promise<void> => {
      const [, prefix, secret] = KEY.exec(key) ?? [];
      if (!prefix || !secret) throw new Error('The key is not well-formed');
      await database
        .system('registers a key')
        .insertInto('identity.api_keys')
        .values({
          id: uuidv7(),
          tenant_id: tenantId,
          name,
          prefix,
          secret_hash: hash(secret),
          roles,
          expires_at: null,
        })
        .onConflict((conflict) => conflict.column('prefix').doNothing())
        .execute();
    },
  };
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
