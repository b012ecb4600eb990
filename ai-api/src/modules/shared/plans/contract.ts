import { z } from 'zod';
import { operation, resource } from '../../../contract/operation.ts';
import { FEATURE_NAMES, QUOTAS, SUBSCRIPTION_STATUSES, UNITS } from '../../../contract/plans.ts';
import { id, listOf, page, reason, timestamp } from '../../../contract/schemas.ts';
import { TIERS } from '../../../contract/tiers.ts';

const readers = ['admin', 'executive', 'ops'] as const;
const payers = ['admin', 'executive'] as const;

const plan = z.enum(TIERS);
const quota = z.enum(QUOTAS);
const unit = z.enum([...new Set(Object.values(UNITS))]).describe('What is counted; micros are micro-dollars');
const limit = z.number().int().nullable().describe('Null is no limit');
const amount = z.object({ quota, unit, limit });
const feature = z.object({
  feature: z.enum(FEATURE_NAMES),
  title: z.string(),
  included: z.boolean(),
  plans: z.string().describe('The plans that include it, such as Pro and Enterprise'),
});

const overrideView = z
  .object({
    overrideId: id,
    plan: plan.nullable(),
    feature: z.string().nullable(),
    included: z.boolean().nullable().describe('Of a feature: whether it is included'),
    quota: z.string().nullable(),
    allowed: limit.describe('Of a quota; null is no limit'),
    reason: z.string(),
    setBy: z.string(),
    createdAt: timestamp,
    endsAt: timestamp,
    endedAt: timestamp.nullable().describe('When it was ended before its time'),
    inForce: z.boolean(),
  })
  .meta({ id: 'PlanOverride' });

const planView = z
  .object({
    plan,
    name: z.string(),
    billing: z.enum(['off', 'stripe']).describe('off: everything is included, without limits'),
    priceMicros: z
      .number()
      .int()
      .nullable()
      .describe('Micro-dollars a month; null where it is agreed, and without billing'),
    subscription: z.enum(SUBSCRIPTION_STATUSES).describe('State of the subscription; none without one'),
    periodEndsAt: timestamp.nullable().describe('When the subscription renews or ends'),
    trialEndsAt: timestamp.nullable(),
    cancelsAtPeriodEnd: z.boolean(),
    graceEndsAt: timestamp
      .nullable()
      .describe('A payment failed: from then on the company has the plan Starter, unless it is paid'),
    portal: z.boolean().describe('Whether there is a customer whose payments can be managed'),
    features: z.array(feature),
    limits: z.array(amount),
    overrides: z.array(overrideView).describe('What is agreed apart from the plan now'),
  })
  .meta({ id: 'CompanyPlan' });

const usageItem = z
  .object({
    quota,
    unit,
    period: z.enum(['day', 'month', 'now']).describe('now: what the company has at this time'),
    used: z
      .number()
      .int()
      .nullable()
      .describe('Null where it is not counted: an installation without billing'),
    limit,
    percent: z.number().int().nullable().describe('Used of the limit; null without a limit'),
    state: z.enum(['ok', 'warning', 'reached', 'no limit', 'not counted']).describe('warning from 80 % on'),
    resetsAt: timestamp.nullable().describe('Null for what does not reset by itself'),
  })
  .meta({ id: 'PlanUsageItem' });

export const companyPlan = resource({
  id: 'companyPlan',
  name: 'Company Plan',
  description: 'What the company has subscribed to, and what it has used of it.',
  operations: {
    get: operation({
      method: 'GET',
      path: '/api/v1/plan',
      summary: "Get the company's plan",
      access: readers,
      input: z.object({}),
      output: planView,
      simplified: ['plan', 'subscription', 'graceEndsAt', 'limits'],
    }),
    usage: operation({
      method: 'GET',
      path: '/api/v1/plan/usage',
      summary: 'Get what the company has used of its plan',
      description: 'Days and months begin at midnight UTC.',
      access: readers,
      input: z.object({}),
      output: z.object({ plan, at: timestamp, items: z.array(usageItem) }).meta({ id: 'PlanUsage' }),
    }),
    compare: operation({
      method: 'GET',
      path: '/api/v1/plan/options',
      summary: 'Compare the plans',
      access: readers,
      input: z.object({}),
      output: z
        .object({
          items: z.array(
            z.object({
              plan,
              name: z.string(),
              priceMicros: z
                .number()
                .int()
                .nullable()
                .describe('Micro-dollars a month; null where it is agreed'),
              isCurrent: z.boolean(),
              canBuy: z.boolean().describe('Whether a checkout can be started for it'),
              features: z.array(z.string()),
              limits: z.array(amount),
            }),
          ),
        })
        .meta({ id: 'PlanOptions' }),
    }),
  },
});

const company = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .describe(
    'Name or id of a company; defaults to your own. Others are for administrators of the installation',
  );

export const planOverride = resource({
  id: 'planOverride',
  name: 'Plan Override',
  description: 'What is agreed with one company apart from its plan, until a date.',
  operations: {
    list: operation({
      method: 'GET',
      path: '/api/v1/plan/overrides',
      summary: 'List what is agreed apart from the plan',
      description: 'Newest first, with those that have ended.',
      access: readers,
      list: true,
      input: z.object({ company: company.optional(), ...page }),
      output: listOf(overrideView),
      errors: ['NOT_FOUND'],
    }),
    set: operation({
      method: 'POST',
      path: '/api/v1/plan/overrides',
      summary: 'Agree on something apart from the plan',
      description:
        'Give exactly one of plan, feature and quota. Only administrators and operations of the company that runs the ' +
        'installation may do it. Of several about the same thing the newest is in force.',
      access: ['admin', 'ops'],
      status: 201,
      input: z.object({
        company: company.optional(),
        plan: plan.optional(),
        feature: z.enum(FEATURE_NAMES).optional(),
        included: z.boolean().default(true).describe('Of a feature: false takes it away'),
        quota: quota.optional(),
        allowed: z
          .number()
          .int()
          .min(0)
          .max(Number.MAX_SAFE_INTEGER)
          .nullable()
          .optional()
          .describe('Of a quota, required with it; null is no limit'),
        endsAt: timestamp.describe('Until when it is in force, at most five years ahead'),
        reason,
      }),
      output: overrideView,
      errors: ['NOT_FOUND', 'BILLING_OFF'],
      hints: { reason: { multiline: true } },
    }),
    end: operation({
      method: 'DELETE',
      path: '/api/v1/plan/overrides/{overrideId}',
      summary: 'End an agreement before its time',
      access: ['admin', 'ops'],
      input: z.object({ overrideId: id, company: company.optional() }),
      output: overrideView,
      errors: ['NOT_FOUND'],
    }),
  },
});

const url = z.url().describe("A page of Stripe; open it in the person's browser");

export const billing = resource({
  id: 'billing',
  name: 'Billing',
  description: 'Subscribing and paying, at Stripe.',
  operations: {
    checkout: operation({
      method: 'POST',
      path: '/api/v1/billing/checkout',
      summary: 'Start to subscribe to a plan',
      description:
        'Answers a page of Stripe on which a person pays. The plan changes when Stripe confirms the payment. A checkout ' +
        'that is still open is answered again. Changes of a subscription are made in the portal.',
      access: payers,
      status: 201,
      input: z.object({ plan: plan.exclude(['starter']).describe('The plan to subscribe to') }),
      output: z.object({ url, expiresAt: timestamp }).meta({ id: 'Checkout' }),
      errors: ['BILLING_OFF', 'BILLING_UNAVAILABLE', 'CONFLICT'],
    }),
    portal: operation({
      method: 'POST',
      path: '/api/v1/billing/portal',
      summary: 'Open the page where payments are managed',
      description: 'Invoices, cards, a change of the plan and its end. Works for some minutes.',
      access: payers,
      status: 201,
      input: z.object({}),
      output: z.object({ url }).meta({ id: 'BillingPortal' }),
      errors: ['BILLING_OFF', 'BILLING_UNAVAILABLE', 'CONFLICT'],
    }),
    refresh: operation({
      method: 'POST',
      path: '/api/v1/billing/refresh',
      summary: 'Read the subscription again at Stripe',
      description: 'For the case that a webhook of Stripe was lost. It happens daily by itself.',
      access: readers,
      input: z.object({}),
      output: z.object({ plan, subscription: z.enum(SUBSCRIPTION_STATUSES) }).meta({ id: 'BillingRefresh' }),
      errors: ['BILLING_OFF', 'BILLING_UNAVAILABLE', 'CONFLICT'],
      repeatable: true,
    }),
  },
});

/** What this module offers. */
export const contract = { companyPlan, planOverride, billing };
