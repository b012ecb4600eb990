import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { brier, expectedCalibrationError, type Forecast, reliability } from './calibration.ts';

const forecast = fc.record({ confidence: fc.double({ min: 0, max: 1, noNaN: true }), correct: fc.boolean() });
const forecasts = fc.array(forecast, { minLength: 1, maxLength: 100 });

describe('the Brier score', () => {
  test.each([
    [1, true, 0],
    [0.7, true, 0.09],
    [0.3, true, 0.49],
    [0.5, false, 0.25],
  ])('of %d when it comes to %s is %d (Wikipedia, "Brier score")', (confidence, correct, score) => {
    expect(brier([{ confidence, correct }])).toBeCloseTo(score, 9);
  });

  test('is nothing without forecasts', () => {
    expect(brier([])).toBeNull();
  });

  test('is best, on the whole, for who says what share comes true', () => {
    fc.assert(
      fc.property(forecasts, fc.double({ min: 0, max: 1, noNaN: true }), (outcomes, guess) => {
        const share = outcomes.filter(({ correct }) => correct).length / outcomes.length;
        const always = (confidence: number) =>
          brier(outcomes.map(({ correct }) => ({ confidence, correct }))) ?? 0;
        expect(always(share)).toBeLessThanOrEqual(always(guess) + 1e-9);
      }),
    );
  });
});

describe('the expected calibration error', () => {
  /** Nine classifications in five bins, from M. Pavlovic, "Expected Calibration Error: a step-by-step visual explanation". */
  const classified: Forecast[] = [
    { confidence: 0.78, correct: true },
    { confidence: 0.64, correct: true },
    { confidence: 0.92, correct: false },
    { confidence: 0.58, correct: true },
    { confidence: 0.51, correct: false },
    { confidence: 0.85, correct: true },
    { confidence: 0.7, correct: true },
    { confidence: 0.63, correct: false },
    { confidence: 0.83, correct: true },
  ];

  test('is what is published for nine classifications', () => {
    expect(expectedCalibrationError(classified, 5)).toBeCloseTo(0.10444, 5);
    expect(reliability(classified, 5).map(({ count, accuracy }) => [count, accuracy])).toEqual([
      [0, null],
      [0, null],
      [2, 0.5],
      [4, 0.75],
      [3, 2 / 3],
    ]);
  });

  test('is 0 for certainty that is right, 1 for certainty that is wrong, and nothing without forecasts', () => {
    expect(expectedCalibrationError([{ confidence: 1, correct: true }])).toBe(0);
    expect(expectedCalibrationError([{ confidence: 1, correct: false }])).toBe(1);
    expect(expectedCalibrationError([])).toBeNull();
  });

  test('stays within 0 to 1, and its bins hold every forecast once', () => {
    fc.assert(
      fc.property(forecasts, fc.integer({ min: 1, max: 20 }), (given, bins) => {
        const error = expectedCalibrationError(given, bins) ?? -1;
        expect(error).toBeGreaterThanOrEqual(0);
        expect(error).toBeLessThanOrEqual(1);
        const table = reliability(given, bins);
        expect(table.reduce((total, { count }) => total + count, 0)).toBe(given.length);
        for (const { from, to, count, meanConfidence } of table) {
          if (count === 0 || meanConfidence === null) continue;
          expect(meanConfidence).toBeGreaterThanOrEqual(from - 1e-9);
          expect(meanConfidence).toBeLessThanOrEqual(to + 1e-9);
        }
      }),
    );
  });
});
