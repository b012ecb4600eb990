import { type Selectable, sql } from 'kysely';
import type { Database, Schema, TenantTransaction } from '../../../platform/database/index.ts';

export type KeyRecord = Selectable<Schema['identity.api_keys']>;
/** A key with what its caller has to know of the tenant. */
export type KeyOfTenant = KeyRecord & {
  tenant_name: string;
  tier: Selectable<Schema['identity.tenants']>['tier'];
  data_region: string | null;
};

/** How old the noted use of a key may be before it is noted again, in seconds. */
const NOTE_USE_EVERY = 300;

export function findKey(
  database: Database,
  by: { prefix: string } | { id: string },
): Promise<KeyOfTenant | undefined> {
  const query = database
    .system('the key determines the tenant, so it is looked up before there is one')
    .selectFrom('identity.api_keys as key')
    .innerJoin('identity.tenants as tenant', 'tenant.id', 'key.tenant_id')
    .selectAll('key')
    .select(['tenant.name as tenant_name', 'tenant.tier', 'tenant.data_region'])
    .where('key.revoked_at', 'is', null);
  return (
    'prefix' in by ? query.where('key.prefix', '=', by.prefix) : query.where('key.id', '=', by.id)
  ).executeTakeFirst();
}

/** Notes that a key was used, at most every five minutes. */
export async function noteUse(
  database: Database,
  { id, tenant_id, last_used_at }: KeyRecord,
  now: Date,
): Promise<void> {
  if (last_used_at && now.getTime() - last_used_at.getTime() < NOTE_USE_EVERY * 1000) return;
  await database.withTenant(
    tenant_id,
    (transaction) =>
      transaction.updateTable('identity.api_keys').set({ last_used_at: now }).where('id', '=', id).execute(),
    { anyRegion: true },
  );
}

/** @returns null when the prefix is taken */
export async function insertKey(
  transaction: TenantTransaction,
  values: Pick<KeyRecord, 'id' | 'name' | 'prefix' | 'secret_hash' | 'roles' | 'scopes' | 'expires_at'> & {
    tenant_id: string;
    created_by: string | null;
  },
): Promise<KeyRecord | null> {
  const row = await transaction
    .insertInto('identity.api_keys')
    .values(values)
    .onConflict((conflict) => conflict.column('prefix').doNothing())
    .returningAll()
    .executeTakeFirst();
  return row ?? null;
}

/** Gives a key scopes that it lacks; undefined when there is no such key of the tenant, or it has them all. */
export function widenKey(
  transaction: TenantTransaction,
  prefix: string,
  scopes: readonly string[],
): Promise<KeyRecord | undefined> {
  const wanted = sql<string[]>`${[...scopes]}::text[]`;
  return transaction
    .updateTable('identity.api_keys')
    .set({ scopes: sql`array(select distinct unnest(scopes || ${wanted}) order by 1)` })
    .where('prefix', '=', prefix)
    .where(sql<boolean>`not scopes @> ${wanted}`)
    .returningAll()
    .executeTakeFirst();
}

/** Keys before the one with the id `before`, newest first. */
export function listKeys(
  transaction: TenantTransaction,
  before: string | null,
  limit: number,
): Promise<KeyRecord[]> {
  let query = transaction.selectFrom('identity.api_keys').selectAll().orderBy('id', 'desc').limit(limit);
  if (before !== null) query = query.where('id', '<', before);
  return query.execute();
}

/** The key, locked until the transaction ends. */
export function lockKey(transaction: TenantTransaction, id: string): Promise<KeyRecord | undefined> {
  return transaction
    .selectFrom('identity.api_keys')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
}

export function changeKey(
  transaction: TenantTransaction,
  id: string,
  values: Partial<Pick<KeyRecord, 'secret_hash' | 'previous_hash' | 'previous_until' | 'revoked_at'>>,
): Promise<KeyRecord> {
  return transaction
    .updateTable('identity.api_keys')
    .set(values)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
}
