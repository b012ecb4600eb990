import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { meanDifference, pairedDifference, shareDifference, tQuantile } from './statistics.ts';

const counts = fc.integer({ min: 1, max: 500 }).chain((size) => fc.tuple(fc.nat(size), fc.constant(size)));

describe('an interval', () => {
  // Quantiles and the intervals of published tables: Student 1908; Agresti and Caffo 2000, section 4.
  test.each([
    [4, 2.776],
    [10, 2.228],
    [30, 2.042],
    [1000, 1.962],
  ])('of %i degrees of freedom uses the quantile %f', (freedom, quantile) => {
    expect(Math.abs(tQuantile(freedom) - quantile)).toBeLessThan(0.01);
  });

  test('of two means is the one that Welch gives', () => {
    const difference = meanDifference([10, 12, 14, 16, 18], [20, 22, 24, 26, 28]);
    expect(difference?.estimate).toBe(10);
    // Standard error 2, 8 degrees of freedom, quantile 2.306.
    expect(difference?.low).toBeCloseTo(10 - 2 * 2.306, 1);
    expect(meanDifference([1], [2, 3])).toBeNull();
    expect(meanDifference([1, 1], [1, 1])).toEqual({ estimate: 0, low: 0, high: 0 });
  });

  test('of shares holds the estimate pulled to the middle, and changes sign with the sides', () => {
    fc.assert(
      fc.property(counts, counts, ([a, n], [b, m]) => {
        const there = shareDifference({ hits: a, size: n }, { hits: b, size: m });
        const back = shareDifference({ hits: b, size: m }, { hits: a, size: n });
        expect(there.low).toBeLessThan(there.high);
        expect(there.estimate).toBeCloseTo(-back.estimate, 10);
        expect(there.low).toBeCloseTo(-back.high, 10);
      }),
    );
  });

  test('is not certain of what was never seen', () => {
    const none = shareDifference({ hits: 0, size: 10 }, { hits: 0, size: 10 });
    expect(none).toMatchObject({ estimate: 0 });
    expect(none.high).toBeGreaterThan(0.1);
    expect(pairedDifference(3, 0, 3).low).toBeLessThan(0);
  });

  test('of pairs narrows with cases and does not care for ties beyond their number', () => {
    const few = pairedDifference(8, 2, 40);
    const many = pairedDifference(80, 20, 400);
    expect(few.estimate).toBeCloseTo(0.15);
    expect(many.high - many.low).toBeLessThan(few.high - few.low);
    expect(many.low).toBeGreaterThan(0);
  });
});
