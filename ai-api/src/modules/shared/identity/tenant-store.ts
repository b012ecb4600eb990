import { type Kysely, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Tier } from '../../../contract/tiers.ts';
import {
  type Database,
  type Schema,
  staysHere,
  type TenantTransaction,
} from '../../../platform/database/index.ts';

/**
 * Makes the tenant if it is not there, and answers its id.
 * @param tier also set where the tenant is there, unless `onlyNew`: its plan decides then
 */
export async function ensureTenant(
  database: Database,
  name: string,
  tier?: Tier,
  { onlyNew = false }: { onlyNew?: boolean } = {},
): Promise<string> {
  const kysely = database.system('creates a tenant');
  await kysely
    .insertInto('identity.tenants')
    .values({ id: uuidv7(), name, ...(tier ? { tier } : {}) })
    .onConflict((conflict) => {
      const known = conflict.column('name');
      return tier && !onlyNew ? known.doUpdateSet({ tier }) : known.doNothing();
    })
    .execute();
  return (await findTenant(database, { name }))?.id as string;
}

/**
 * Makes the transaction's own tenant, which does not exist before.
 * @returns false where its name is taken, or its link has opened one
 */
export async function insertTenant(
  transaction: TenantTransaction,
  values: {
    id: string;
    name: string;
    tier: Tier;
    opened_at?: Date;
    opened_by?: string;
    opening_hash?: string | null;
  },
): Promise<boolean> {
  const made = await transaction
    .insertInto('identity.tenants')
    .values(values)
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst();
  return made !== undefined;
}

/** Has openings wait for each other until the transaction ends, so that what one asks stays true. */
export async function lockOpenings(transaction: TenantTransaction): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('company.open', 0))`.execute(transaction);
}

/** How many companies people have opened for themselves since a time. */
export async function openedSince(transaction: TenantTransaction, since: Date): Promise<number> {
  const { rows } = await sql<{
    count: number;
  }>`select identity.opened_since(${since}) as count`.execute(transaction);
  return rows[0]?.count ?? 0;
}

/** Whether a person with this address opened a company: not merely one whom a company made its administrator. */
export async function hasOpened(reader: Kysely<Schema>, email: string): Promise<boolean> {
  const { rows } = await sql<{ opened: boolean }>`select identity.has_opened(${email}) as opened`.execute(
    reader,
  );
  return rows[0]?.opened === true;
}

export function findTenant(
  database: Database,
  by: { name: string } | { id: string },
): Promise<{ id: string; name: string; tier: Tier; data_region: string | null } | undefined> {
  const query = database
    .system('the name of a tenant, to whom a person or an issuer belongs')
    .selectFrom('identity.tenants')
    .select(['id', 'name', 'tier', 'data_region']);
  return ('id' in by ? query.where('id', '=', by.id) : query.where('name', '=', by.name)).executeTakeFirst();
}

/** The name of the transaction's tenant. */
export async function tenantName(transaction: TenantTransaction): Promise<string> {
  const row = await transaction.selectFrom('identity.tenants').select('name').executeTakeFirstOrThrow();
  return row.name;
}

/** The tier of the transaction's tenant. */
export async function tenantTier(transaction: TenantTransaction): Promise<Tier> {
  const row = await transaction.selectFrom('identity.tenants').select('tier').executeTakeFirstOrThrow();
  return row.tier;
}

/** Changes the tier of the transaction's tenant. @returns false where it was the same */
export async function changeTier(transaction: TenantTransaction, tier: Tier): Promise<boolean> {
  const changed = await transaction
    .updateTable('identity.tenants')
    .set({ tier })
    .where('tier', '<>', tier)
    .executeTakeFirst();
  return changed.numUpdatedRows > 0n;
}

/** How many companies there are, also those whose data stays elsewhere. */
export async function countTenants(database: Database): Promise<number> {
  const row = await database
    .system('counts the tenants')
    .selectFrom('identity.tenants')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** The tenants whose data stays here. */
export async function tenantIds(database: Database): Promise<string[]> {
  const rows = await database
    .system('goes through the tenants one by one')
    .selectFrom('identity.tenants')
    .select('id')
    .where(staysHere(database.residency, 'identity.tenants.id'))
    .orderBy('id')
    .execute();
  return rows.map(({ id }) => id);
}
