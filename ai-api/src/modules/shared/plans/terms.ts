import type { Plan } from '../../../contract/plans.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import type { Events } from '../events/index.ts';
import type { Identity } from '../identity/index.ts';
import { type CompanyTerms, type Entitlements, entitlementsAt, graceEnd, unlimited } from './entitlements.ts';
import { type CompanyRecord, ensureCompany, findCompany, readTerms } from './store.ts';

interface Parts {
  isOn: boolean;
  identity: Pick<Identity, 'tenantTier' | 'changeTier'>;
  events: Events;
  graceDays: number;
  now: () => Date;
}

export type Terms = ReturnType<typeof createTerms>;

/** What decides what a company may use, and what follows from it. */
export function createTerms({ isOn, identity, events, graceDays, now }: Parts) {
  async function termsOf(transaction: TenantTransaction): Promise<CompanyTerms> {
    const known = await readTerms(transaction, now());
    if (known) return known;
    await ensureCompany(transaction, await identity.tenantTier(transaction));
    return (await readTerms(transaction, now())) as CompanyTerms;
  }

  async function entitlementsOf(transaction: TenantTransaction): Promise<Entitlements> {
    if (!isOn) return unlimited(await identity.tenantTier(transaction));
    return entitlementsAt(await termsOf(transaction), graceDays, now());
  }

  return {
    entitlementsOf,

    /** The company's row, made at its first use. */
    companyOf: async (transaction: TenantTransaction): Promise<CompanyRecord> => {
      const known = await findCompany(transaction);
      if (known) return known;
      await ensureCompany(transaction, await identity.tenantTier(transaction));
      return (await findCompany(transaction)) as CompanyRecord;
    },

    /**
     * Gives the company the tier of its plan, which sets how many requests it may make, and announces a change. Called after
     * each change of what decides the plan, and by the clock.
     */
    apply: async (transaction: TenantTransaction, tenantId: string): Promise<void> => {
      if (!isOn) return;
      const before: Plan = await identity.tenantTier(transaction);
      const terms = await termsOf(transaction);
      const { plan } = entitlementsAt(terms, graceDays, now());
      if (!(await identity.changeTier(transaction, plan))) return;
      const { status } = terms.subscription;
      await events.publish(transaction, tenantId, 'company.plan.changed', {
        plan,
        before,
        subscription: status,
        graceEndsAt: graceEnd(terms.subscription, graceDays)?.toISOString() ?? null,
      });
    },
  };
}
