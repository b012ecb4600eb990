import type { Database } from '../../../platform/database/index.ts';
import { tenantOfDomain } from './domain-store.ts';
import { findTenant } from './tenant-store.ts';
import { accountsToTry } from './user-store.ts';

/** The accounts with a password that an address may mean where no company is named; see {@link accountsToTry}. */
export type AccountsOf = ReturnType<typeof createAccountsOf>;

/** Trusts the company of `defaultTenant` with every address, and companies with those of the domains that they verified. */
export function createAccountsOf(database: Database, defaultTenant: string) {
  return async (email: string) => {
    const first = await findTenant(database, { name: defaultTenant });
    const ofDomain = await tenantOfDomain(database, email);
    const trusted = [first?.id, ofDomain].filter((id) => typeof id === 'string');
    return accountsToTry(database, email, trusted);
  };
}
