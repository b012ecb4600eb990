import { v7 as uuidv7 } from 'uuid';
import type { Tier } from '../../../contract/tiers.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';

/** Makes the tenant if it is not there, sets its tier where one is given, and answers its id. */
export async function ensureTenant(database: Database, name: string, tier?: Tier): Promise<string> {
  const kysely = database.system('creates a tenant');
  await kysely
    .insertInto('identity.tenants')
    .values({ id: uuidv7(), name, ...(tier ? { tier } : {}) })
    .onConflict((conflict) => {
      const known = conflict.column('name');
      return tier ? known.doUpdateSet({ tier }) : known.doNothing();
    })
    .execute();
  return (await findTenant(database, { name }))?.id as string;
}

export function findTenant(
  database: Database,
  by: { name: string } | { id: string },
): Promise<{ id: string; name: string; tier: Tier } | undefined> {
  const query = database
    .system('the name of a tenant, to whom a person or an issuer belongs')
    .selectFrom('identity.tenants')
    .select(['id', 'name', 'tier']);
  return ('id' in by ? query.where('id', '=', by.id) : query.where('name', '=', by.name)).executeTakeFirst();
}

/** The name of the transaction's tenant. */
export async function tenantName(transaction: TenantTransaction): Promise<string> {
  const row = await transaction.selectFrom('identity.tenants').select('name').executeTakeFirstOrThrow();
  return row.name;
}

export async function tenantIds(database: Database): Promise<string[]> {
  const rows = await database
    .system('goes through the tenants one by one')
    .selectFrom('identity.tenants')
    .select('id')
    .orderBy('id')
    .execute();
  return rows.map(({ id }) => id);
}
