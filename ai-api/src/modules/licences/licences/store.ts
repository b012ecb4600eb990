import { type Selectable, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Database, Schema, TenantTransaction } from '../../../platform/database/index.ts';

export type ProductRecord = Selectable<Schema['licences.products']>;
export type LicenceRecord = Selectable<Schema['licences.licences']> & {
  product_code: string;
  product_name: string;
};

const licences = (transaction: TenantTransaction) =>
  transaction
    .selectFrom('licences.licences as licence')
    .innerJoin('licences.products as product', 'product.id', 'licence.product_id')
    .selectAll('licence')
    .select(['product.code as product_code', 'product.name as product_name']);

export function findLicence(
  transaction: TenantTransaction,
  by: { id: string } | { prefix: string },
): Promise<LicenceRecord | undefined> {
  const query = licences(transaction);
  return (
    'id' in by ? query.where('licence.id', '=', by.id) : query.where('licence.key_prefix', '=', by.prefix)
  ).executeTakeFirst();
}

/** The licence of a key, before its company is known. */
export function findKey(
  database: Database,
  prefix: string,
): Promise<{ id: string; tenant_id: string; key_hash: string } | undefined> {
  return database
    .system('the licence key determines the company, so it is looked up before there is one')
    .selectFrom('licences.licences')
    .select(['id', 'tenant_id', 'key_hash'])
    .where('key_prefix', '=', prefix)
    .executeTakeFirst();
}

interface LicenceFilter {
  productId?: string | undefined;
  state?: 'active' | 'suspended' | 'revoked' | 'expired' | undefined;
}

/** Licences before the one with the id `before`, newest first. */
export function listLicences(
  transaction: TenantTransaction,
  { productId, state }: LicenceFilter,
  now: Date,
  before: string | null,
  limit: number,
): Promise<LicenceRecord[]> {
  let query = licences(transaction).orderBy('licence.id', 'desc').limit(limit);
  if (before !== null) query = query.where('licence.id', '<', before);
  if (productId !== undefined) query = query.where('licence.product_id', '=', productId);
  if (state === 'expired')
    query = query.where('licence.state', '=', 'active').where('licence.expires_at', '<=', now);
  else if (state === 'active')
    query = query
      .where('licence.state', '=', 'active')
      .where((eb) => eb.or([eb('licence.expires_at', 'is', null), eb('licence.expires_at', '>', now)]));
  else if (state !== undefined) query = query.where('licence.state', '=', state);
  return query.execute();
}

export type NewLicence = Pick<
  LicenceRecord,
  | 'product_id'
  | 'name'
  | 'key_prefix'
  | 'key_hash'
  | 'max_seats'
  | 'entitlements'
  | 'version_from'
  | 'version_to'
  | 'starts_at'
  | 'expires_at'
  | 'created_by'
> & { policy: object };

/** Seats of the licences that are not revoked and have not expired. */
export async function sumSeats(transaction: TenantTransaction, now: Date): Promise<number> {
  const row = await transaction
    .selectFrom('licences.licences')
    .select(sql<number>`coalesce(sum(max_seats), 0)::bigint`.as('seats'))
    .where('state', '<>', 'revoked')
    .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', now)]))
    .executeTakeFirstOrThrow();
  return Number(row.seats);
}

export async function insertLicence(
  transaction: TenantTransaction,
  { policy, ...values }: NewLicence,
): Promise<string> {
  const id = uuidv7();
  await transaction
    .insertInto('licences.licences')
    .values({ id, ...values, policy: JSON.stringify(policy) })
    .execute();
  return id;
}

export type LicenceChange = Partial<
  Pick<
    LicenceRecord,
    | 'name'
    | 'max_seats'
    | 'entitlements'
    | 'version_from'
    | 'version_to'
    | 'state'
    | 'expires_at'
    | 'key_prefix'
    | 'key_hash'
  >
> & { policy?: object };

/**
 * Changes a licence that still has this version; false when it has another. The next heartbeat is decided by the new terms,
 * even if they cannot be taken into use at once.
 */
export async function changeLicence(
  transaction: TenantTransaction,
  id: string,
  version: number,
  { policy, ...values }: LicenceChange,
): Promise<boolean> {
  const { numUpdatedRows } = await transaction
    .updateTable('licences.licences')
    .set({
      ...values,
      ...(policy ? { policy: JSON.stringify(policy) } : {}),
      version: version + 1,
      seats_due: 0,
    })
    .where('id', '=', id)
    .where('version', '=', version)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

export function listProducts(
  transaction: TenantTransaction,
  before: string | null,
  limit: number,
): Promise<ProductRecord[]> {
  let query = transaction.selectFrom('licences.products').selectAll().orderBy('id', 'desc').limit(limit);
  if (before !== null) query = query.where('id', '<', before);
  return query.execute();
}

export function findProduct(transaction: TenantTransaction, id: string): Promise<ProductRecord | undefined> {
  return transaction.selectFrom('licences.products').selectAll().where('id', '=', id).executeTakeFirst();
}

/** @returns undefined when the code is taken */
export function insertProduct(
  transaction: TenantTransaction,
  values: Pick<ProductRecord, 'code' | 'name' | 'entitlements'>,
): Promise<ProductRecord | undefined> {
  return transaction
    .insertInto('licences.products')
    .values({ id: uuidv7(), ...values })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'code']).doNothing())
    .returningAll()
    .executeTakeFirst();
}

export function changeProduct(
  transaction: TenantTransaction,
  id: string,
  values: Partial<Pick<ProductRecord, 'name' | 'entitlements'>>,
): Promise<ProductRecord | undefined> {
  return transaction
    .updateTable('licences.products')
    .set({ ...values, id })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst();
}
