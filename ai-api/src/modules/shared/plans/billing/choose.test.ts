import { describe, expect, test } from 'vitest';
import { chooseSubscription } from './choose.ts';
import type { StripeSubscription } from './stripe.ts';

const DAY = Date.parse('2026-11-30T00:00:00Z') / 1000;

const subscription = (given: Partial<StripeSubscription> = {}): StripeSubscription => ({
  id: 'sub_1',
  status: 'active',
  created: DAY,
  cancel_at_period_end: false,
  items: { data: [{ current_period_end: DAY + 30 * 86_400, price: { id: 'price_pro' } }] },
  ...given,
});

const choose = (...subscriptions: StripeSubscription[]) =>
  chooseSubscription(subscriptions, ({ id }) => (id === 'price_pro' ? 'pro' : null));

describe('a debt begins', () => {
  const pastDueSince = (latest_invoice: StripeSubscription['latest_invoice']) =>
    choose(subscription({ status: 'past_due', latest_invoice })).pastDueSince?.getTime();

  test('on the day on which the invoice was due', () => {
    expect(pastDueSince({ created: DAY + 60, due_date: DAY + 120 })).toBe((DAY + 120) * 1000);
  });

  test('with the invoice where it has no such day', () => {
    expect(pastDueSince({ created: DAY + 60, due_date: null })).toBe((DAY + 60) * 1000);
    expect(pastDueSince({ created: DAY + 60 })).toBe((DAY + 60) * 1000);
  });

  test('with the subscription where Stripe does not show the invoice', () => {
    expect([pastDueSince(null), pastDueSince('in_1')]).toEqual([DAY * 1000, DAY * 1000]);
  });

  test('only while the subscription is past due', () => {
    expect(choose(subscription({ latest_invoice: { created: DAY } })).pastDueSince).toBeNull();
  });
});

describe('of several subscriptions counts', () => {
  const chosen = (...given: Partial<StripeSubscription>[]) => {
    const subscriptions = given.map((one, index) => subscription({ id: `sub_${index}`, ...one }));
    const { subscriptionId } = choose(...subscriptions);
    expect(choose(...subscriptions.toReversed()).subscriptionId).toBe(subscriptionId);
    return subscriptionId;
  };

  test('the best by status, then the newest, whatever order they are listed in', () => {
    expect(chosen({ status: 'canceled', created: DAY + 9 }, {})).toBe('sub_1');
    expect(chosen({ status: 'past_due' }, { status: 'unpaid', created: DAY + 9 })).toBe('sub_0');
    expect(chosen({}, { created: DAY + 9 })).toBe('sub_1');
  });

  test('none whose price is for no plan', () => {
    const items = { data: [{ current_period_end: DAY, price: { id: 'price_other' } }] };
    expect(choose(subscription({ items }))).toMatchObject({ status: 'none', subscriptionId: null });
  });
});
