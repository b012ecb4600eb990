import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { atLeast, atMost, lowerBound } from './binomial.ts';

const chance = fc.double({ min: 0.001, max: 0.999, noNaN: true });

/** Every sequence of outcomes, one by one. */
function enumerated(successes: number, trials: number, share: number): number {
  let sum = 0;
  for (let outcomes = 0; outcomes < 2 ** trials; outcomes++) {
    const ones = outcomes.toString(2).replaceAll('0', '').length;
    if (ones <= successes) sum += share ** ones * (1 - share) ** (trials - ones);
  }
  return sum;
}

describe('binomial probabilities', () => {
  test('are those of all outcomes, counted one by one', () => {
    fc.assert(
      fc.property(fc.nat(8), fc.nat(8), chance, (trials, successes, share) => {
        expect(atMost(successes, trials, share)).toBeCloseTo(
          enumerated(Math.min(successes, trials), trials, share),
          9,
        );
      }),
    );
  });

  test('of at least and of fewer make one, also for many trials', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.nat(5000), chance, (trials, given, share) => {
        const successes = Math.min(given, trials);
        expect(atLeast(successes, trials, share) + atMost(successes - 1, trials, share)).toBeCloseTo(1, 6);
      }),
    );
  });

  test('give the bounds of Clopper and Pearson', () => {
    // Without a failure the bound is the n-th root of 1 − confidence; the others are from R, binom.test.
    expect(lowerBound(29, 29, 0.95)).toBeCloseTo(0.05 ** (1 / 29), 9);
    expect(lowerBound(90, 100, 0.975)).toBeCloseTo(0.8237774, 6);
    expect(lowerBound(7, 20, 0.975)).toBeCloseTo(0.1539092, 6);
    expect(lowerBound(0, 20, 0.95)).toBe(0);
  });
});
