import { sql } from 'kysely';
import type { ClaimMapping } from '../../../config/sign-in.ts';
import { type Database, staysHere } from '../../../platform/database/index.ts';
import { type Claims, saysVerified, verifiedEmail } from './claims.ts';
import { tenantOfDomain } from './domain-store.ts';

interface Arriving {
  issuer: string;
  claims: Claims;
  mapping: ClaimMapping;
}

/**
 * The company of a person who signs in at a provider that serves several: where the account is linked, or else whose
 * domain the verified e-mail address has, or else which the person opened. Of several linked companies it is the one where
 * they signed in last. Null where there is none, or the provider itself does not say that the address is verified.
 */
export async function ownHome(
  database: Database,
  { issuer, claims, mapping }: Arriving,
): Promise<string | null> {
  const system = database.system(
    'the person determines the tenant, so they are looked up before there is one',
  );
  const linked = await system
    .selectFrom('identity.external_identities as external')
    .innerJoin('identity.users as user', 'user.id', 'external.user_id')
    .select('user.tenant_id')
    .where('external.issuer', '=', issuer)
    .where('external.subject', '=', String(claims.sub))
    .where('user.status', '<>', 'disabled')
    .orderBy(sql`case when ${staysHere(database.residency, 'user.tenant_id')} then 0 else 1 end`)
    .orderBy('user.last_sign_in_at', (order) => order.desc().nullsLast())
    .executeTakeFirst();
  if (linked) return linked.tenant_id;
  if (!saysVerified(claims)) return null;
  const email = verifiedEmail(claims, mapping);
  const owner = await tenantOfDomain(database, email);
  if (owner !== null) return owner;
  const opened = await system
    .selectFrom('identity.users as user')
    .innerJoin('identity.tenants as tenant', 'tenant.opened_by', 'user.id')
    .select('user.tenant_id')
    .where('user.email', '=', email)
    .where('user.status', '<>', 'disabled')
    .executeTakeFirst();
  return opened?.tenant_id ?? null;
}

/**
 * As {@link ownHome}, or else the company of the provider where it names the domain of the address, or else the first one
 * that invited the person. A company that a stranger opened invites no one this way: its people name it, as the link of
 * their invitation does.
 * @param own the company of the provider
 */
export async function homeOf(database: Database, arriving: Arriving, own: string): Promise<string> {
  const home = await ownHome(database, arriving);
  if (home !== null) return home;
  const { claims, mapping } = arriving;
  if (!saysVerified(claims)) return own;
  const email = verifiedEmail(claims, mapping);
  if (mapping.domains?.includes(email.slice(email.lastIndexOf('@') + 1))) return own;
  const invited = await database
    .system('the person determines the tenant, so they are looked up before there is one')
    .selectFrom('identity.users as user')
    .innerJoin('identity.tenants as tenant', 'tenant.id', 'user.tenant_id')
    .select('user.tenant_id')
    .where('user.email', '=', email)
    .where('user.status', '<>', 'disabled')
    .where('tenant.opened_at', 'is', null)
    .orderBy('user.created_at')
    .executeTakeFirst();
  return invited?.tenant_id ?? own;
}
