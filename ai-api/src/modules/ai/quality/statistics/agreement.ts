import { NORMAL_95 } from './intervals.ts';

/** How often rater one said the row's category while rater two said the column's. */
export type Table = readonly (readonly number[])[];

/** An estimate with its asymptotic standard error. */
export interface Estimate {
  value: number;
  standardError: number;
  interval: [number, number];
}

/** How far two answers agree: 1 for the same, down to 0. */
export type Weight = (row: number, column: number) => number;

/** Only the same answer counts. */
export const exact: Weight = (row, column) => (row === column ? 1 : 0);

/**
 * 1 - (i - j)² / (k - 1)², for ordered categories; positions need not be equally far apart.
 * @see Cohen (1968), Weighted kappa, Psychological Bulletin 70(4); Fleiss & Cohen (1973), Educational and
 * Psychological Measurement 33(3), who show its likeness to the intraclass correlation.
 */
export function quadratic(positions: readonly number[]): Weight {
  const span = Math.max(...positions) - Math.min(...positions);
  return (row, column) =>
    span === 0 ? exact(row, column) : 1 - (((positions[row] ?? 0) - (positions[column] ?? 0)) / span) ** 2;
}

/** Counts pairs of answers; an answer that is not among the categories is an error of the caller. */
export function tabulate<T>(pairs: readonly (readonly [T, T])[], categories: readonly T[]): number[][] {
  const table = categories.map(() => categories.map(() => 0));
  for (const [one, two] of pairs) {
    const row = table[categories.indexOf(one)];
    const column = categories.indexOf(two);
    if (!row || column < 0) throw new RangeError('an answer is not among the categories');
    row[column] = (row[column] as number) + 1;
  }
  return table;
}

/**
 * Kappa: the share of (weighted) agreement beyond what chance would give, (po - pe) / (1 - pe). Null when it
 * is not defined: without pairs, or when chance alone would always agree.
 * @see Cohen (1960), A coefficient of agreement for nominal scales, Educational and Psychological Measurement
 * 20(1); the standard error is that of Fleiss, Cohen & Everitt (1969), Large sample standard errors of kappa and
 * weighted kappa, Psychological Bulletin 72(5), which holds for large samples.
 */
export function kappa(table: Table, weight: Weight = exact): Estimate | null {
  const total = sum(table.flat());
  if (total === 0) return null;
  const size = table.length;
  const share = (row: number, column: number) => (table[row]?.[column] ?? 0) / total;
  const indexes = Array.from({ length: size }, (_, index) => index);
  const rows = indexes.map((row) => sum(indexes.map((column) => share(row, column))));
  const columns = indexes.map((column) => sum(indexes.map((row) => share(row, column))));
  const over = (term: (row: number, column: number) => number) =>
    sum(indexes.flatMap((row) => indexes.map((column) => term(row, column))));
  const chance = (row: number, column: number) => (rows[row] as number) * (columns[column] as number);
  const observed = over((row, column) => weight(row, column) * share(row, column));
  const expected = over((row, column) => weight(row, column) * chance(row, column));
  if (1 - expected < 1e-12) return null;
  const value = (observed - expected) / (1 - expected);
  const rowMean = indexes.map((row) =>
    sum(indexes.map((column) => weight(row, column) * (columns[column] as number))),
  );
  const columnMean = indexes.map((column) =>
    sum(indexes.map((row) => weight(row, column) * (rows[row] as number))),
  );
  const spread = over((row, column) => {
    const means = (rowMean[row] as number) + (columnMean[column] as number);
    return share(row, column) * (weight(row, column) - means * (1 - value)) ** 2;
  });
  const variance = (spread - (value - expected * (1 - value)) ** 2) / ((1 - expected) ** 2 * total);
  const standardError = Math.sqrt(Math.max(0, variance));
  const half = NORMAL_95 * standardError;
  return { value, standardError, interval: [Math.max(-1, value - half), Math.min(1, value + half)] };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
