import type { Tier } from './tiers.ts';

/** What a company has subscribed to; a tier by the name that people know. */
export type Plan = Tier;

/** What not every plan includes. An operation names the feature that it is part of. */
export const FEATURES = {
  'analytics.team': 'Figures of teams and repositories, and knowledge gaps',
  'analytics.spend': 'What coding assistants cost and bring, by price and import',
  'analytics.reports': 'Weekly report of a team as a file',
  agents: 'Agents: models with a purpose, instructions and limits',
  workflows: 'Workflow templates of the company and their instances',
  experiments: 'Experiments with prompts, and optimisation from reviews',
  'compliance.evidence': 'Evidence for auditors of how assistants were used',
  residency: 'Data stays in a region of your choice',
} as const;
export type Feature = keyof typeof FEATURES;
export const FEATURE_NAMES = Object.keys(FEATURES) as [Feature, ...Feature[]];

/** Counted by the day (UTC). */
export const DAILY_QUOTAS = ['conversations', 'searches', 'webhooks'] as const;
export type DailyQuota = (typeof DAILY_QUOTAS)[number];

/** Whether a quota starts again each day. */
export function isDaily(quota: string): quota is DailyQuota {
  return (DAILY_QUOTAS as readonly string[]).includes(quota);
}

/** What a company has at one time: it is measured, and only what adds to it is refused. */
export const CAPACITIES = ['members', 'storage', 'seats'] as const;
export type Capacity = (typeof CAPACITIES)[number];

/** Everything that a plan limits; `models` is the budget for models by the month (UTC). */
export const QUOTAS = [...DAILY_QUOTAS, ...CAPACITIES, 'models'] as const;
export type Quota = (typeof QUOTAS)[number];

/** What one of each quota is; `micros` are micro-dollars. */
export const UNITS = {
  conversations: 'conversations',
  searches: 'searches',
  webhooks: 'webhooks',
  members: 'people',
  storage: 'bytes',
  seats: 'seats',
  models: 'micros',
} as const satisfies Record<Quota, string>;

/** People that a plan is made for, and what each of them may do in a day. */
const LOAD = {
  starter: { members: 5, conversations: 10, searches: 5, webhooks: 50 },
  pro: { members: 50, conversations: 30, searches: 20, webhooks: 500 },
  enterprise: { members: 5000, conversations: 50, searches: 50, webhooks: 5000 },
} as const satisfies Record<Plan, object>;

const GIGABYTE = 1024 ** 3;
const STORAGE_BYTES: Record<Plan, number> = {
  starter: GIGABYTE,
  pro: 50 * GIGABYTE,
  enterprise: 2000 * GIGABYTE,
};
/** Days for which each plan keeps records of use at most. */
const KEPT_DAYS: Record<Plan, number | null> = { starter: 365, pro: 1095, enterprise: null };
/** Micro-dollars a month for each person of a plan: one US dollar. */
const MODELS_PER_MEMBER = 1_000_000;

const PRO: readonly Feature[] = [
  'analytics.team',
  'analytics.spend',
  'analytics.reports',
  'agents',
  'workflows',
];

interface PlanTerms {
  name: string;
  /** Of a month, in micro-dollars; null where it is agreed with the customer. */
  priceMicros: number | null;
  features: readonly Feature[];
  limits: Readonly<Record<Quota, number>>;
  /** Days for which records of use are kept at most; null is as long as the company says. */
  keptDays: number | null;
}

function terms(plan: Plan, given: Omit<PlanTerms, 'limits' | 'keptDays'>): PlanTerms {
  const { members, conversations, searches, webhooks } = LOAD[plan];
  return {
    ...given,
    keptDays: KEPT_DAYS[plan],
    limits: {
      conversations: members * conversations,
      searches: members * searches,
      webhooks,
      members,
      storage: STORAGE_BYTES[plan],
      seats: members,
      models: members * MODELS_PER_MEMBER,
    },
  };
}

/** The plans: people of the plan times what each may do in a day; webhooks are for the company as a whole. */
export const PLANS: Readonly<Record<Plan, PlanTerms>> = {
  starter: terms('starter', { name: 'Starter', priceMicros: 0, features: [] }),
  pro: terms('pro', { name: 'Pro', priceMicros: 15_000_000, features: PRO }),
  enterprise: terms('enterprise', { name: 'Enterprise', priceMicros: null, features: FEATURE_NAMES }),
};

/** Names of the plans that include a feature, such as `Pro and Enterprise`. */
export function plansWith(feature: Feature): string {
  return Object.values(PLANS)
    .filter(({ features }) => features.includes(feature))
    .map(({ name }) => name)
    .join(' and ');
}

/** States of a subscription at Stripe, as it names them; `none` without one. */
export const SUBSCRIPTION_STATUSES = [
  'none',
  'incomplete',
  'incomplete_expired',
  'trialing',
  'active',
  'past_due',
  'unpaid',
  'paused',
  'canceled',
] as const;
export type SubscriptionStatus = (typeof SUBSCRIPTION_STATUSES)[number];
