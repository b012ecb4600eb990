import { expect } from 'vitest';
import { type Step, step } from './step.ts';

const inAYear = new Date(Date.now() + 365 * 86_400_000).toISOString();
const reason = 'Agreed with the customer.';

/** The company's plan: what it has and uses, what is agreed apart from it, and how it is paid. */
export const plans: Step[] = [
  step('companyPlan.get', {}, { matches: { plan: 'enterprise', billing: 'stripe', subscription: 'none' } }),
  step(
    'companyPlan.compare',
    {},
    { matches: { items: [{ plan: 'starter' }, { plan: 'pro', canBuy: true }, {}] } },
  ),
  step(
    'planOverride.set',
    { quota: 'searches', allowed: 250_001, endsAt: inAYear, reason },
    { name: 'searches', matches: { quota: 'searches', allowed: 250_001, inForce: true } },
  ),
  step('planOverride.set', { feature: 'agents', endsAt: inAYear, reason }, { matches: { included: true } }),
  step('planOverride.list', {}, { matches: { items: [{ feature: 'agents' }, { quota: 'searches' }] } }),
  step(
    'planOverride.end',
    (answerOf) => ({ overrideId: answerOf('planOverride.set', 'searches').overrideId }),
    { matches: { inForce: false } },
  ),
  step(
    'companyPlan.usage',
    {},
    {
      check: ({ items }) =>
        expect(items.find(({ quota }) => quota === 'searches')).toMatchObject({
          period: 'day',
          limit: 250_000,
          state: 'ok',
        }),
    },
  ),
  step(
    'billing.checkout',
    { plan: 'pro' },
    { check: ({ url }, { stripe }) => void stripe.complete(url.split('/').at(-1) ?? '') },
  ),
  step('billing.refresh', {}, { matches: { plan: 'pro', subscription: 'active' } }),
  step('billing.portal', {}),
];
