import {
  CAPACITIES,
  DAILY_QUOTAS,
  FEATURE_NAMES,
  FEATURES,
  isDaily,
  PLANS,
  type Plan,
  plansWith,
  QUOTAS,
  type Quota,
  UNITS,
} from '../../../contract/plans.ts';
import { TIERS } from '../../../contract/tiers.ts';
import type { Ledger } from '../../../models/ledger/index.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import { graceEnd } from './entitlements.ts';
import type { Limits } from './limits.ts';
import { WARN_AT } from './notices.ts';
import { overridesInForce } from './override-store.ts';
import { overrideView } from './overrides.ts';
import { dayOf, resetOf } from './periods.ts';
import { usedOn } from './store.ts';
import type { Terms } from './terms.ts';

interface Parts {
  database: Database;
  ledger: Pick<Ledger, 'spentInMonth'>;
  terms: Terms;
  limits: Limits;
  billing: 'off' | 'stripe';
  graceDays: number;
  /** Whether a price of a plan is known at Stripe. */
  isSold: (plan: Plan) => boolean;
  now: () => Date;
}

export type PlanReports = ReturnType<typeof createPlanReports>;

/** What a company has and uses, as its people read it. */
export function createPlanReports(parts: Parts) {
  const { database, ledger, terms, limits, billing, graceDays, isSold, now } = parts;

  /** How much is used of every quota; null for what is not counted. */
  async function usedNow(transaction: TenantTransaction): Promise<Record<Quota, number | null>> {
    const counted = billing === 'off' ? null : await usedOn(transaction, dayOf(now()));
    const used = { models: await ledger.spentInMonth(transaction) } as Record<Quota, number | null>;
    for (const quota of DAILY_QUOTAS) used[quota] = counted && (counted.get(quota) ?? 0);
    for (const quota of CAPACITIES) used[quota] = await limits.measured(transaction, quota);
    return used;
  }

  return {
    usedNow,

    get: (tenantId: string) =>
      database.withTenant(tenantId, async (transaction) => {
        const { plan, features, limits: allowed } = await terms.entitlementsOf(transaction);
        const company = billing === 'off' ? null : await terms.companyOf(transaction);
        const agreed = billing === 'off' ? [] : await overridesInForce(transaction, now());
        const subscription = company && {
          plan: company.plan,
          status: company.status,
          pastDueSince: company.past_due_since,
        };
        return {
          plan,
          name: PLANS[plan].name,
          billing,
          priceMicros: billing === 'off' ? null : PLANS[plan].priceMicros,
          subscription: company?.status ?? ('none' as const),
          periodEndsAt: company?.period_end?.toISOString() ?? null,
          trialEndsAt: company?.trial_end?.toISOString() ?? null,
          cancelsAtPeriodEnd: company?.ends_at_period_end ?? false,
          graceEndsAt: (subscription && graceEnd(subscription, graceDays))?.toISOString() ?? null,
          portal: company?.customer_id != null,
          features: FEATURE_NAMES.map((feature) => ({
            feature,
            title: FEATURES[feature],
            included: features.has(feature),
            plans: plansWith(feature),
          })),
          limits: amountsOf(allowed),
          overrides: agreed.map((row) => overrideView(row, now())),
        };
      }),

    usage: (tenantId: string) =>
      database.withTenant(tenantId, async (transaction) => {
        const { plan, limits: allowed } = await terms.entitlementsOf(transaction);
        const used = await usedNow(transaction);
        const items = QUOTAS.map((quota) => usageItem(quota, used[quota], allowed[quota], now()));
        return { plan, at: now().toISOString(), items };
      }),

    compare: (tenantId: string) =>
      database.withTenant(tenantId, async (transaction) => {
        const { plan: current } = await terms.entitlementsOf(transaction);
        const items = TIERS.map((plan) => ({
          plan,
          name: PLANS[plan].name,
          priceMicros: PLANS[plan].priceMicros,
          isCurrent: plan === current,
          canBuy: isSold(plan),
          features: PLANS[plan].features.map((feature) => FEATURES[feature]),
          limits: amountsOf(PLANS[plan].limits),
        }));
        return { items };
      }),
  };
}

/** Limits with their units, as people read them. */
function amountsOf(limits: Readonly<Record<Quota, number | null>>) {
  return QUOTAS.map((quota) => ({ quota, unit: UNITS[quota], limit: limits[quota] }));
}

function usageItem(quota: Quota, used: number | null, limit: number | null, now: Date) {
  const percent = used === null || limit === null ? null : shareOf(used, limit);
  return {
    quota,
    unit: UNITS[quota],
    period: isDaily(quota) ? ('day' as const) : quota === 'models' ? ('month' as const) : ('now' as const),
    used,
    limit,
    percent,
    state: stateOf(used, limit, percent),
    resetsAt: resetOf(quota, now)?.toISOString() ?? null,
  };
}

/** Rounded down, so that 100 means that nothing is left. */
function shareOf(used: number, limit: number): number {
  return limit === 0 ? 100 : Math.floor((100 * used) / limit);
}

function stateOf(used: number | null, limit: number | null, percent: number | null) {
  if (used === null) return 'not counted' as const;
  if (limit === null || percent === null) return 'no limit' as const;
  if (percent >= 100) return 'reached' as const;
  return percent >= WARN_AT ? ('warning' as const) : ('ok' as const);
}
