import {
  type Capacity,
  type DailyQuota,
  FEATURES,
  type Feature,
  PLANS,
  type Plan,
  plansWith,
  type Quota,
} from '../../../contract/plans.ts';
import { Problem } from '../../../http/problem.ts';
import type { Dashboards } from '../../../platform/dashboards.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { inWords, WORDS } from './amounts.ts';
import type { Entitlements } from './entitlements.ts';
import type { Notices } from './notices.ts';
import { dayOf, nextDay, periodOf, resetOf } from './periods.ts';
import { countDown, countUp, lockCapacity, usedOn } from './store.ts';

/** Measures what the transaction's company has of a capacity. */
export type Measure = (transaction: TenantTransaction) => Promise<number>;

interface Parts {
  /** False: nothing is limited and nothing is counted. */
  isOn: boolean;
  entitlementsOf(transaction: TenantTransaction): Promise<Entitlements>;
  notices: Notices;
  dashboards: Dashboards;
  now: () => Date;
}

export type Limits = ReturnType<typeof createLimits>;

/** Counts what companies use, and refuses what their plans do not allow. */
export function createLimits({ isOn, entitlementsOf, notices, dashboards, now }: Parts) {
  const measures = new Map<Capacity, Measure>();

  const upgradeUrl = () => dashboards.link('plan-and-usage', {});

  function beyond(
    code: 'QUOTA_EXCEEDED' | 'PLAN_LIMIT_REACHED',
    { plan, quota, limit, used }: { plan: Plan; quota: Quota; limit: number; used: number },
  ): Problem {
    const resetsAt = resetOf(quota, now());
    const words = `${inWords(quota, used)} of ${inWords(quota, limit)}`;
    const isDaily = code === 'QUOTA_EXCEEDED';
    const detail = isDaily
      ? `The plan ${PLANS[plan].name} allows ${inWords(quota, limit)} ${WORDS[quota]} a day, and they are used up. ${hint(plan)}`
      : `${words} ${quota === 'storage' ? 'of storage are' : `${WORDS[quota]} are`} used, which is what the plan ${PLANS[plan].name} has room for. ${hint(plan)}`;
    return new Problem(code, detail, {
      plan: { plan, quota, limit, used, resetsAt: resetsAt?.toISOString() ?? null, upgradeUrl: upgradeUrl() },
      ...(isDaily ? { retryAfter: Math.ceil((nextDay(now()).getTime() - now().getTime()) / 1000) } : {}),
    });
  }

  return {
    /** @throws {Problem} FEATURE_NOT_IN_PLAN */
    requireFeature: async (transaction: TenantTransaction, feature: Feature): Promise<void> => {
      if (!isOn) return;
      const { plan, features } = await entitlementsOf(transaction);
      if (features.has(feature)) return;
      throw new Problem(
        'FEATURE_NOT_IN_PLAN',
        `${FEATURES[feature]}: part of ${plansWith(feature)}, and not of the plan ${PLANS[plan].name}. ${hint(plan)}`,
        { plan: { plan, feature, upgradeUrl: upgradeUrl() } },
      );
    },

    /**
     * Counts one of a daily quota with the transaction: it counts if and only if the transaction commits.
     * @returns the day that it is counted on; null where nothing is counted
     * @throws {Problem} QUOTA_EXCEEDED when there is no room for it
     */
    take: async (
      transaction: TenantTransaction,
      tenantId: string,
      quota: DailyQuota,
    ): Promise<string | null> => {
      if (!isOn) return null;
      const { plan, limits } = await entitlementsOf(transaction);
      const at = now();
      const [day, limit] = [dayOf(at), limits[quota]];
      const used = await countUp(transaction, { quota, day, limit });
      if (limit === null) return day;
      if (used === null)
        throw beyond('QUOTA_EXCEEDED', {
          plan,
          quota,
          limit,
          used: (await usedOn(transaction, day)).get(quota) ?? 0,
        });
      const use = { plan, quota, used, limit, period: day, resetsAt: nextDay(at) };
      await notices.onGrowth(transaction, tenantId, used - 1, use);
      return day;
    },

    /** Takes one off the count of the day that {@link take} answered. */
    giveBack: async (transaction: TenantTransaction, quota: DailyQuota, day: string | null) => {
      if (day !== null) await countDown(transaction, { quota, day });
    },

    /** Has a module say how much of a capacity a company has. */
    measure: (capacity: Capacity, measure: Measure): void => void measures.set(capacity, measure),

    /** How much of a capacity the company has; null where no module measures it. */
    measured: async (transaction: TenantTransaction, capacity: Capacity): Promise<number | null> =>
      (await measures.get(capacity)?.(transaction)) ?? null,

    /**
     * Refuses what would go beyond a capacity. Others that add to it wait until the transaction ends, so that of two that fit
     * only alone one is refused.
     * @param more how much the transaction is about to add; it has not been added yet
     * @throws {Problem} PLAN_LIMIT_REACHED
     */
    requireRoom: async (
      transaction: TenantTransaction,
      tenantId: string,
      capacity: Capacity,
      more: number,
    ): Promise<void> => {
      if (!isOn || more <= 0) return;
      const { plan, limits } = await entitlementsOf(transaction);
      const limit = limits[capacity];
      if (limit === null) return;
      await lockCapacity(transaction, capacity);
      const before = (await measures.get(capacity)?.(transaction)) ?? 0;
      if (before + more > limit)
        throw beyond('PLAN_LIMIT_REACHED', { plan, quota: capacity, limit, used: before });
      const at = now();
      const use = { plan, quota: capacity, used: before + more, limit, resetsAt: null };
      await notices.onGrowth(transaction, tenantId, before, { ...use, period: periodOf(capacity, at) });
    },
  };
}

function hint(plan: Plan): string {
  return plan === 'enterprise'
    ? 'Agree on more with the operator of this installation.'
    : 'Change the plan on the page Plan and usage, or with POST /api/v1/billing/checkout.';
}
