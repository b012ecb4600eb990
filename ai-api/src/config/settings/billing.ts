import { z } from 'zod';
import { httpUrl, milliseconds, oneOf, whole } from './types.ts';

const prices = z
  .string()
  .regex(
    /^\s*price_\w+(\s*,\s*price_\w+)*\s*$/,
    'must be ids of prices such as price_1Abc, separated by commas',
  );

/** Plans and how they are paid. */
export const billing = {
  BILLING: oneOf(['off', 'stripe'])
    .default('off')
    .describe('stripe: companies have plans with limits and pay by Stripe; off: everything, without limits'),
  BILLING_GRACE_DAYS: whole(0, 90, 14).describe(
    'Days for which a company keeps its plan after a payment failed; then it has the plan Starter',
  ),
  STRIPE_SECRET_KEY: z
    .string()
    .regex(/^(sk|rk)_(live|test)_\w{8,240}$/, 'must look like sk_live_…, rk_live_… or sk_test_…')
    .optional()
    .describe('Needed with BILLING=stripe: secret or restricted key of the account at Stripe'),
  STRIPE_WEBHOOK_SECRET: z
    .string()
    .regex(/^whsec_\S{8,240}$/, 'must look like whsec_…')
    .optional()
    .describe('Needed with BILLING=stripe: signing secret of the endpoint /webhooks/stripe'),
  STRIPE_PRICE_PRO: prices
    .optional()
    .describe(
      'Needed with BILLING=stripe: prices of the plan Pro; the first is sold, the others still count',
    ),
  STRIPE_PRICE_ENTERPRISE: prices
    .optional()
    .describe('The same for the plan Enterprise; by default it is agreed in person'),
  STRIPE_API_URL: httpUrl.default('https://api.stripe.com').describe("Root of Stripe's API"),
  STRIPE_TIMEOUT_MS: milliseconds(10_000).describe('Time limit of one attempt to reach Stripe'),
};
