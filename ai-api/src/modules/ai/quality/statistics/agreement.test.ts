import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { exact, kappa, quadratic, tabulate } from './agreement.ts';
import { wilson } from './intervals.ts';

/** Two dermatologists, four categories: SAS/STAT, The FREQ Procedure, Agreement Study, table "Skin Condition Data". */
const SKIN = [
  [10, 4, 1, 0],
  [5, 10, 12, 2],
  [2, 4, 12, 5],
  [0, 2, 6, 13],
];
const linear = (row: number, column: number) => 1 - Math.abs(row - column) / 3;

describe("Cohen's kappa is what is published for", () => {
  test('the skin condition of SAS, with its standard error and interval', () => {
    const estimate = kappa(SKIN);
    expect(estimate?.value).toBeCloseTo(0.3449, 4);
    expect(estimate?.standardError).toBeCloseTo(0.0724, 4);
    expect(estimate?.interval[0]).toBeCloseTo(0.203, 4);
    expect(estimate?.interval[1]).toBeCloseTo(0.4868, 4);
  });

  test('the same with linear weights', () => {
    const estimate = kappa(SKIN, linear);
    expect(estimate?.value).toBeCloseTo(0.5082, 4);
    expect(estimate?.standardError).toBeCloseTo(0.0655, 4);
    expect(estimate?.interval[0]).toBeCloseTo(0.3798, 4);
    expect(estimate?.interval[1]).toBeCloseTo(0.6366, 4);
  });

  test.each([
    [
      'two readers of 50 grant proposals',
      [
        [20, 5],
        [10, 15],
      ],
      0.4,
    ],
    [
      'the same agreement with even margins',
      [
        [45, 15],
        [25, 15],
      ],
      0.1304,
    ],
    [
      'the same agreement with uneven margins',
      [
        [25, 35],
        [5, 35],
      ],
      0.2593,
    ],
  ])('%s (Wikipedia, "Cohen\'s kappa")', (_what, table, value) => {
    expect(kappa(table)?.value).toBeCloseTo(value, 4);
  });

  test('85 xeromammograms read by two radiologists (Stata, kappa), plain and with linear weights', () => {
    const readings = [
      [21, 12, 0, 0],
      [4, 17, 1, 0],
      [3, 9, 15, 2],
      [0, 0, 0, 1],
    ];
    expect(kappa(readings)?.value).toBeCloseTo(0.4728, 4);
    expect(kappa(readings, linear)?.value).toBeCloseTo(0.5684, 4);
  });

  test('200 diagnoses with weights of disagreement (Cohen, 1968)', () => {
    const diagnoses = [
      [88, 10, 2],
      [14, 40, 6],
      [18, 10, 12],
    ];
    const disagreement = [
      [0, 1, 3],
      [1, 0, 6],
      [3, 6, 0],
    ];
    expect(kappa(diagnoses)?.value).toBeCloseTo(0.492, 3);
    const weight = (row: number, column: number) => 1 - (disagreement[row]?.[column] ?? 0) / 6;
    expect(kappa(diagnoses, weight)?.value).toBeCloseTo(0.348, 3);
  });
});

const square = fc.integer({ min: 2, max: 6 }).chain((size) =>
  fc.array(fc.array(fc.nat(30), { minLength: size, maxLength: size }), {
    minLength: size,
    maxLength: size,
  }),
);

describe('kappa', () => {
  test('is 1 where all agree on more than one answer', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 2, maxLength: 6 }), (diagonal) => {
        const table = diagonal.map((count, row) => diagonal.map((_, column) => (row === column ? count : 0)));
        for (const weight of [exact, quadratic(diagonal.map((_, place) => place))]) {
          const estimate = kappa(table, weight);
          expect(estimate?.value).toBeCloseTo(1, 9);
          expect(estimate?.standardError).toBeCloseTo(0, 5);
        }
      }),
    );
  });

  test('is nothing without pairs, and where chance would always agree', () => {
    expect(
      kappa([
        [0, 0],
        [0, 0],
      ]),
    ).toBeNull();
    expect(
      kappa([
        [9, 0],
        [0, 0],
      ]),
    ).toBeNull();
  });

  test('stays within -1 to 1, does not mind who is first, and holds its value in its interval', () => {
    fc.assert(
      fc.property(square, (table) => {
        const turned = table.map((_, row) => table.map((line) => line[row] as number));
        for (const weight of [exact, quadratic(table.map((_, place) => place))]) {
          const estimate = kappa(table, weight);
          if (!estimate) continue;
          const { value, interval } = estimate;
          expect(value).toBeGreaterThanOrEqual(-1 - 1e-9);
          expect(value).toBeLessThanOrEqual(1 + 1e-9);
          expect(interval[0]).toBeLessThanOrEqual(value + 1e-9);
          expect(interval[1]).toBeGreaterThanOrEqual(value - 1e-9);
          expect(kappa(turned, weight)?.value).toBeCloseTo(value, 9);
        }
      }),
    );
  });

  test("with quadratic weights is Lin's concordance correlation of the places", () => {
    const rated = fc.tuple(fc.nat(4), fc.nat(4));
    fc.assert(
      fc.property(fc.array(rated, { minLength: 2, maxLength: 80 }), (pairs) => {
        const places = [0, 1, 2, 3, 4];
        const value = kappa(tabulate(pairs, places), quadratic(places))?.value;
        const mean = (of: (pair: readonly [number, number]) => number) =>
          pairs.reduce((total, pair) => total + of(pair), 0) / pairs.length;
        const [x, y] = [mean(([one]) => one), mean(([, two]) => two)];
        const spread = mean(([one]) => (one - x) ** 2) + mean(([, two]) => (two - y) ** 2) + (x - y) ** 2;
        if (spread === 0) expect(value).toBeUndefined();
        else expect(value).toBeCloseTo((2 * mean(([one, two]) => (one - x) * (two - y))) / spread, 9);
      }),
    );
  });

  test('does not count an answer outside the categories', () => {
    expect(() => tabulate([['A', 'F']], ['A', 'B'])).toThrow(RangeError);
  });
});

describe("Wilson's interval", () => {
  test('is what is published (Newcombe, 1998, Statistics in Medicine 17, table I)', () => {
    const round = (interval: [number, number] | null) => interval?.map((end) => Math.round(end * 1e4) / 1e4);
    expect(round(wilson(81, 263))).toEqual([0.2553, 0.3662]);
    expect(round(wilson(15, 148))).toEqual([0.0624, 0.1605]);
    expect(round(wilson(0, 20))).toEqual([0, 0.1611]);
    expect(round(wilson(1, 29))).toEqual([0.0061, 0.1718]);
  });

  test('is nothing without a sample', () => {
    expect(wilson(0, 0)).toBeNull();
  });
});
