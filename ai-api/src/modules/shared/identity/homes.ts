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
 * domain the verified e-mail address has, or else who invited it first. Of several linked companies it is the one where
 * they signed in last. Null where no company knows them, or the provider itself does not say that the address is verified.
 */
export async function homeOf(
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
  const invited = await system
    .selectFrom('identity.users')
    .select('tenant_id')
    .where('email', '=', email)
    .where('status', '<>', 'disabled')
    .orderBy('created_at')
    .executeTakeFirst();
  return invited?.tenant_id ?? null;
}
