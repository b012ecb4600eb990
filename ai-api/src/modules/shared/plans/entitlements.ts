import {
  type Feature,
  PLANS,
  type Plan,
  QUOTAS,
  type Quota,
  type SubscriptionStatus,
} from '../../../contract/plans.ts';
import { DAY_MS } from '../../../platform/durations.ts';

/** What a company has at Stripe. */
export interface Subscription {
  plan: Plan;
  status: SubscriptionStatus;
  /** When the invoice was made that is not paid; null unless past due. */
  pastDueSince: Date | null;
}

/** What was agreed apart from the plan, until a date. Exactly one of plan, feature and quota is set. */
export interface Override {
  plan: Plan | null;
  feature: Feature | null;
  quota: Quota | null;
  /** Of a quota null is no limit; of a feature 1 includes it and 0 does not. */
  value: number | null;
  createdAt: Date;
  endsAt: Date;
  endedAt: Date | null;
}

/** Everything that decides what a company may use. */
export interface CompanyTerms {
  /** The plan without a subscription. */
  basePlan: Plan;
  subscription: Subscription;
  overrides: readonly Override[];
}

/** What a company may use at one time. */
export interface Entitlements {
  plan: Plan;
  features: ReadonlySet<Feature>;
  /** Null is no limit. */
  limits: Readonly<Record<Quota, number | null>>;
  /** Days for which records of use are kept at most; null is no limit. */
  keptDays: number | null;
}

/** Until when a subscription whose payment failed keeps its plan; null unless it is past due. */
export function graceEnd({ status, pastDueSince }: Subscription, graceDays: number): Date | null {
  if (status !== 'past_due' || pastDueSince === null) return null;
  return new Date(pastDueSince.getTime() + graceDays * DAY_MS);
}

/** In these states a subscription has not begun: it takes nothing from the plan that the company had before. */
const NEVER_BEGUN: readonly SubscriptionStatus[] = ['none', 'incomplete', 'incomplete_expired'];

/** The plan that a subscription gives at a moment; null without one, or while its first payment is not made. */
export function planOf(subscription: Subscription, graceDays: number, now: Date): Plan | null {
  const { plan, status } = subscription;
  if (NEVER_BEGUN.includes(status)) return null;
  if (status === 'active' || status === 'trialing') return plan;
  const grace = graceEnd(subscription, graceDays);
  return grace !== null && now < grace ? plan : 'starter';
}

/** The overrides in force at a moment, the newest last. */
export function inForce(overrides: readonly Override[], now: Date): Override[] {
  return overrides
    .filter(
      ({ createdAt, endsAt, endedAt }) =>
        createdAt <= now && now < endsAt && (endedAt === null || now < endedAt),
    )
    .toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
}

/** What a company may use at a moment: its plan, and over it what was agreed, the newest agreement last. */
export function entitlementsAt(
  { basePlan, subscription, overrides }: CompanyTerms,
  graceDays: number,
  now: Date,
): Entitlements {
  const agreed = inForce(overrides, now);
  const plan =
    agreed.findLast((one) => one.plan !== null)?.plan ?? planOf(subscription, graceDays, now) ?? basePlan;
  const features = new Set(PLANS[plan].features);
  const limits: Record<Quota, number | null> = { ...PLANS[plan].limits };
  for (const { feature, quota, value } of agreed) {
    if (quota !== null) limits[quota] = value;
    if (feature === null) continue;
    if (value === 0) features.delete(feature);
    else features.add(feature);
  }
  return { plan, features, limits, keptDays: PLANS[plan].keptDays };
}

/** An installation without billing: everything, without limits. */
export function unlimited(plan: Plan): Entitlements {
  const limits = Object.fromEntries(QUOTAS.map((quota) => [quota, null])) as Record<Quota, null>;
  return { plan, features: new Set(PLANS.enterprise.features), limits, keptDays: null };
}
