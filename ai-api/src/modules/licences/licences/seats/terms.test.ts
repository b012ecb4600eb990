import { expect, test } from 'vitest';
import { policySchema } from '../schema.ts';
import { termsOf } from './terms.ts';

const terms = (max_seats: number, policy: object) =>
  termsOf({
    version: 1,
    state: 'active',
    starts_at: null,
    expires_at: null,
    max_seats,
    policy: policySchema.parse(policy),
  });

test.each([
  [60, 20_000],
  [600, 200_000],
  [3_600, 1_200_000],
  [100, 33_333],
])(
  'of a lease of %i s, a third is the pause between heartbeats, in whole milliseconds',
  (ttlSeconds, pause) => {
    expect(terms(1, { ttlSeconds }).heartbeatMs).toBe(pause);
  },
);

test('an overage admits whole sessions', () => {
  expect([terms(3, { overage: '1.25' }).limit, terms(4, { overage: '1.25' }).limit]).toEqual([3, 5]);
});
