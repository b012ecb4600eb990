import { type Selectable, sql } from 'kysely';
import type { Database, Schema, TenantTransaction } from '../../../platform/database/index.ts';

export type TenantRecord = Selectable<Schema['identity.tenants']>;

/** The transaction's tenant; row level security leaves no other. */
export function readTenant(transaction: TenantTransaction): Promise<TenantRecord> {
  return transaction.selectFrom('identity.tenants').selectAll().executeTakeFirstOrThrow();
}

/** The same, kept from changing by others until the transaction ends. */
export function lockTenant(transaction: TenantTransaction): Promise<TenantRecord> {
  return transaction.selectFrom('identity.tenants').selectAll().forUpdate().executeTakeFirstOrThrow();
}

export function writeTenant(transaction: TenantTransaction, settings: object): Promise<TenantRecord> {
  return transaction
    .updateTable('identity.tenants')
    .set({ settings: JSON.stringify(settings), updated_at: sql<Date>`now()` })
    .returningAll()
    .executeTakeFirstOrThrow();
}

export function writeRegion(
  transaction: TenantTransaction,
  { region, storedElsewhere, at }: { region: string; storedElsewhere: boolean; at: Date },
): Promise<TenantRecord> {
  return transaction
    .updateTable('identity.tenants')
    .set({
      data_region: region,
      data_region_chosen_at: at,
      data_stored_elsewhere: storedElsewhere,
      updated_at: sql<Date>`now()`,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** How many tenants are declared to stay in a region other than this one. */
export async function countElsewhere(database: Database, region: string | null): Promise<number> {
  const row = await database
    .system('the regions of all tenants are compared with that of the installation')
    .selectFrom('identity.tenants')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('data_region', 'is not', null)
    .where('data_region', 'is distinct from', region)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}
