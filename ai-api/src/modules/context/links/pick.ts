import type { Judged } from '../../../judgement/index.ts';

/** Suggestions for one commit: more would not be looked at. */
const MAX_SUGGESTIONS = 3;
/** How far, in points, a suggestion may be behind the best one. A commit seldom comes from two conversations. */
const MAX_BEHIND = 3;

/** What is linked of the judged pairs of one commit: every proof, and the best of what is probable where nothing is proved. */
export function pick<Pair extends { judged: Pick<Judged, 'outcome' | 'score'> }>(
  pairs: readonly Pair[],
  isProved: boolean,
): Pair[] {
  const certain = pairs.filter(({ judged }) => judged.outcome === 'linked');
  if (certain.length > 0 || isProved) return certain;
  const probable = pairs
    .filter(({ judged }) => judged.outcome === null)
    .toSorted((a, b) => (b.judged.score ?? 0) - (a.judged.score ?? 0));
  const best = probable[0]?.judged.score ?? 0;
  return probable.filter(({ judged }) => (judged.score ?? 0) >= best - MAX_BEHIND).slice(0, MAX_SUGGESTIONS);
}
