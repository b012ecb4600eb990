import type { Selectable } from 'kysely';
import type { Database, Schema, TenantTransaction } from '../../../platform/database/index.ts';

export type DomainRecord = Selectable<Schema['identity.domains']>;

/** Domains after the domain `after`, in the order of their names. */
export function listDomains(
  transaction: TenantTransaction,
  after: string | null,
  limit: number,
): Promise<DomainRecord[]> {
  let query = transaction.selectFrom('identity.domains').selectAll().orderBy('domain').limit(limit);
  if (after !== null) query = query.where('domain', '>', after);
  return query.execute();
}

export function findDomain(
  transaction: TenantTransaction,
  domain: string,
): Promise<DomainRecord | undefined> {
  return transaction
    .selectFrom('identity.domains')
    .selectAll()
    .where('domain', '=', domain)
    .executeTakeFirst();
}

/** The domain of an address, where the transaction's tenant has verified it. */
export function verifiedDomain(
  transaction: TenantTransaction,
  email: string,
): Promise<Pick<DomainRecord, 'roles'> | undefined> {
  return transaction
    .selectFrom('identity.domains')
    .select('roles')
    .where('domain', '=', domainOf(email))
    .where('verified_at', 'is not', null)
    .executeTakeFirst();
}

/** The tenant that has verified the domain of an address. */
export async function tenantOfDomain(database: Database, email: string): Promise<string | null> {
  const row = await database
    .system('the domain of an address determines the tenant, so it is looked up before there is one')
    .selectFrom('identity.domains')
    .select('tenant_id')
    .where('domain', '=', domainOf(email))
    .where('verified_at', 'is not', null)
    .executeTakeFirst();
  return row?.tenant_id ?? null;
}

/** Adds a domain, or changes the roles of one that is there. */
export function saveDomain(
  transaction: TenantTransaction,
  values: Pick<DomainRecord, 'domain' | 'roles' | 'token' | 'added_by' | 'created_at'>,
): Promise<DomainRecord> {
  return transaction
    .insertInto('identity.domains')
    .values(values)
    .onConflict((conflict) => conflict.columns(['tenant_id', 'domain']).doUpdateSet({ roles: values.roles }))
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Ends what other companies only said of a domain: the DNS says more. @returns the companies that lost it */
export async function releaseClaims(database: Database, domain: string, tenantId: string): Promise<string[]> {
  const rows = await database
    .system('a domain that is proven by DNS is taken from companies whose administrator only said so')
    .updateTable('identity.domains')
    .set({ verified_how: null, verified_at: null })
    .where('domain', '=', domain)
    .where('tenant_id', '<>', tenantId)
    .where('verified_how', '=', 'administrator')
    .returning('tenant_id')
    .execute();
  return rows.map(({ tenant_id }) => tenant_id);
}

/** @throws a unique violation when another company has verified the domain */
export function markVerified(
  transaction: TenantTransaction,
  domain: string,
  verified: { verified_how: 'dns' | 'administrator'; verified_at: Date },
): Promise<DomainRecord> {
  return transaction
    .updateTable('identity.domains')
    .set(verified)
    .where('domain', '=', domain)
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** @returns whether it was there */
export async function removeDomain(transaction: TenantTransaction, domain: string): Promise<boolean> {
  const { numDeletedRows } = await transaction
    .deleteFrom('identity.domains')
    .where('domain', '=', domain)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

function domainOf(email: string): string {
  return email.slice(email.lastIndexOf('@') + 1).toLowerCase();
}
