import type { Measure, Week } from './measures.ts';

/** What each figure divides. Amounts of money are micro-dollars, times are hours. */
export const FIGURES = {
  conversationsWithCommits: ['conversationsLinked', 'conversationsEdited'],
  commitsWithLink: ['commitsLinked', 'commits'],
  editAcceptance: ['editsAccepted', 'edits'],
  tokensPerLinkedCommit: ['tokensLinked', 'commitsLinked'],
  costPerLinkedCommit: ['costLinked', 'commitsLinked'],
  hoursToFirstCommit: ['hoursToCommit', 'conversationsTimed'],
  conversationsPerPerson: ['conversations', 'people'],
  costPerPerson: ['cost', 'people'],
} as const satisfies Record<string, readonly [Measure, Measure]>;
export type Figure = keyof typeof FIGURES;

/** The same figures of commits with a link and of all others. */
export const COMPARED = {
  linesPerCommit: [
    ['linesLinked', 'linkedCommits'],
    ['linesOther', 'otherCommits'],
  ],
  rework: [
    ['reworkedLinked', 'followedLinked'],
    ['reworkedOther', 'followedOther'],
  ],
} as const satisfies Record<string, readonly (readonly [Measure, Measure])[]>;

export interface Ratio {
  numerator: number;
  denominator: number;
  /** Null when the denominator is 0. */
  value: number | null;
  /** Weeks that it covers: those in which both may be shown. */
  weeks: number;
}

/** Where a figure is read: of the company, of a group, or of one person without protection. */
export type Read = (week: Week, measure: Measure) => number | null;

export const ofCompany: Read = (week, measure) => week.read(measure, null);
export const ofGroup =
  (dimension: number, group: string): Read =>
  (week, measure) =>
    week.read(measure, { dimension, group });
export const ofPerson: Read = (week, measure) => week.own(measure);

/** A ratio over the weeks in which it may be shown; null when there is none. */
export function ratioOf(
  weeks: readonly Week[],
  read: Read,
  [over, under]: readonly [Measure, Measure],
): Ratio | null {
  let [numerator, denominator, count] = [0, 0, 0];
  for (const week of weeks) {
    const [top, bottom] = [read(week, over), read(week, under)];
    if (top === null || bottom === null) continue;
    numerator += top;
    denominator += bottom;
    count += 1;
  }
  if (count === 0) return null;
  return {
    numerator: tidy(numerator),
    denominator: tidy(denominator),
    value: denominator === 0 ? null : tidy(numerator / denominator),
    weeks: count,
  };
}

/** A sum over the weeks in which it may be shown; null when there is none. */
export function amountOf(weeks: readonly Week[], read: Read, measure: Measure): number | null {
  const values = weeks.map((week) => read(week, measure)).filter((value) => value !== null);
  return values.length === 0 ? null : tidy(values.reduce((sum, value) => sum + value, 0));
}

/** What one sum leaves of another, over the weeks in which both may be shown. */
export function differenceOf(
  weeks: readonly Week[],
  read: Read,
  [whole, part]: readonly [Measure, Measure],
): number | null {
  const ratio = ratioOf(weeks, read, [part, whole]);
  return ratio === null ? null : tidy(ratio.denominator - ratio.numerator);
}

function tidy(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
