import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PLANS, type SUBSCRIPTION_STATUSES } from '../../../contract/plans.ts';
import { TIERS } from '../../../contract/tiers.ts';
import { DAY_MS } from '../../../platform/durations.ts';
import { inWords } from './amounts.ts';
import { type CompanyTerms, entitlementsAt, type Override, planOf, unlimited } from './entitlements.ts';
import { noticeDue } from './notices.ts';
import { dayOf, nextDay, periodOf, resetOf } from './periods.ts';

const NOW = new Date('2026-11-30T12:00:00Z');
const later = (days: number) => new Date(NOW.getTime() + days * DAY_MS);
const subscription = (status: (typeof SUBSCRIPTION_STATUSES)[number], pastDueSince: Date | null = null) => ({
  plan: 'pro' as const,
  status,
  pastDueSince,
});
const override = (given: Partial<Override>): Override => ({
  plan: null,
  feature: null,
  quota: null,
  value: null,
  createdAt: later(-1),
  endsAt: later(1),
  endedAt: null,
  ...given,
});
const terms = (given: Partial<CompanyTerms> = {}): CompanyTerms => ({
  basePlan: 'starter',
  subscription: subscription('none'),
  overrides: [],
  ...given,
});

describe('the quotas of a plan', () => {
  test('are its people times what each of them may do in a day', () => {
    const daily = TIERS.map((plan) => {
      const { conversations, searches, webhooks, members } = PLANS[plan].limits;
      return { plan, conversations, searches, webhooks, members };
    });
    expect(daily).toEqual([
      { plan: 'starter', conversations: 50, searches: 25, webhooks: 50, members: 5 },
      { plan: 'pro', conversations: 1500, searches: 1000, webhooks: 500, members: 50 },
      { plan: 'enterprise', conversations: 250_000, searches: 250_000, webhooks: 5000, members: 5000 },
    ]);
  });

  test('and its features grow from plan to plan', () => {
    for (const [smaller, larger] of [['starter', 'pro'] as const, ['pro', 'enterprise'] as const]) {
      expect(PLANS[larger].features).toEqual(expect.arrayContaining([...PLANS[smaller].features]));
      for (const [quota, limit] of Object.entries(PLANS[smaller].limits))
        expect(PLANS[larger].limits[quota as 'members'], quota).toBeGreaterThan(limit);
    }
  });

  test('are no limits without billing', () => {
    const { limits, features } = unlimited('starter');
    expect(new Set(Object.values(limits))).toEqual(new Set([null]));
    expect(features.size).toBe(PLANS.enterprise.features.length);
  });
});

describe('the plan of a subscription', () => {
  test.each([
    ['none', null],
    ['active', 'pro'],
    ['trialing', 'pro'],
    ['incomplete', null],
    ['incomplete_expired', null],
    ['unpaid', 'starter'],
    ['paused', 'starter'],
    ['canceled', 'starter'],
  ] as const)('that is %s', (status, plan) => {
    expect(planOf(subscription(status), 14, NOW)).toBe(plan);
  });

  test('that is past due stays for the days of grace, to the moment', () => {
    const unpaid = subscription('past_due', later(-14));
    expect(planOf(unpaid, 14, new Date(NOW.getTime() - 1))).toBe('pro');
    expect(planOf(unpaid, 14, NOW)).toBe('starter');
    expect(planOf(subscription('past_due', NOW), 0, NOW)).toBe('starter');
  });
});

describe('what is agreed apart from the plan', () => {
  test('is in force from its day to its end, and not after it was ended', () => {
    const agreed = (given: Partial<Override>, now = NOW) =>
      entitlementsAt(terms({ overrides: [override({ quota: 'searches', value: 7, ...given })] }), 14, now)
        .limits.searches;
    expect(agreed({})).toBe(7);
    expect(agreed({ value: null })).toBeNull();
    expect(agreed({}, later(1))).toBe(25);
    expect(agreed({ createdAt: later(0.5) })).toBe(25);
    expect(agreed({ endedAt: NOW })).toBe(25);
  });

  test('gives another plan, adds and takes features, and the newest counts', () => {
    const { plan, features, limits } = entitlementsAt(
      terms({
        overrides: [
          override({ feature: 'agents', value: 0, createdAt: later(-0.1) }),
          override({ plan: 'pro', createdAt: later(-0.5) }),
          override({ feature: 'residency', value: 1 }),
          override({ quota: 'members', value: 3, createdAt: later(-0.2) }),
          override({ quota: 'members', value: 9, createdAt: later(-0.3) }),
        ],
      }),
      14,
      NOW,
    );
    expect({ plan, members: limits.members }).toEqual({ plan: 'pro', members: 3 });
    expect([features.has('agents'), features.has('residency'), features.has('workflows')]).toEqual([
      false,
      true,
      true,
    ]);
  });
});

test('a notice is due once on the way up, and says the larger of two', () => {
  expect([noticeDue(39, 40, 50), noticeDue(40, 41, 50), noticeDue(49, 50, 50)]).toEqual([80, null, 100]);
  expect([noticeDue(0, 1, 1), noticeDue(0, 60, 50), noticeDue(0, 0, 0)]).toEqual([100, 100, null]);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), (limit) => {
      const given = Array.from({ length: limit }, (_, used) => noticeDue(used, used + 1, limit));
      expect(given.filter((one) => one === 100)).toHaveLength(1);
      expect(given.filter((one) => one === 80).length).toBeLessThanOrEqual(1);
    }),
  );
});

test('days and months end at midnight UTC', () => {
  const lastSecond = new Date('2026-12-31T23:59:59.999Z');
  expect([dayOf(lastSecond), nextDay(lastSecond).toISOString()]).toEqual([
    '2026-12-31',
    '2027-01-01T00:00:00.000Z',
  ]);
  expect(nextDay(new Date('2027-01-01T00:00:00Z')).toISOString()).toBe('2027-01-02T00:00:00.000Z');
  expect([periodOf('searches', lastSecond), periodOf('storage', lastSecond)]).toEqual([
    '2026-12-31',
    '2026-12',
  ]);
  expect([resetOf('models', lastSecond)?.toISOString(), resetOf('seats', lastSecond)]).toEqual([
    '2027-01-01T00:00:00.000Z',
    null,
  ]);
});

test('amounts are written as people read them', () => {
  expect([inWords('storage', 0), inWords('storage', 1023), inWords('storage', 1.5 * 1024 ** 3)]).toEqual([
    '0 bytes',
    '1,023 bytes',
    '1.5 GB',
  ]);
  expect([inWords('models', 4_200_000), inWords('members', 5000)]).toEqual(['$4.20', '5,000']);
});
