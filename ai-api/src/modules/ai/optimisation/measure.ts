import type { PastJudgement, ReplayResult } from '../../../judgement/index.ts';
import { pairedDifference } from '../experiments/index.ts';
import type { Proposal } from './contract.ts';

type Measure = Pick<Proposal, 'heldOut' | 'difference' | 'verdict' | 'wins' | 'losses'>;

/** Compares two versions case by case with what people decided. Cases without two answers count for neither. */
export function measure(cases: readonly PastJudgement[], before: ReplayResult, after: ReplayResult): Measure {
  const gradesOf = ({ cases: done }: ReplayResult) =>
    new Map(done.map((one) => [one.past.judgementId, one.after?.grade ?? null]));
  const [then, now] = [gradesOf(before), gradesOf(after)];
  const outcomes = cases.map(({ judgementId, subjectId, human }) => ({
    judgementId,
    subjectId,
    wanted: human?.grade ?? '',
    before: then.get(judgementId) ?? null,
    after: now.get(judgementId) ?? null,
  }));
  const both = outcomes.filter((one) => one.before !== null && one.after !== null);
  const wins = both.filter((one) => one.after === one.wanted && one.before !== one.wanted);
  const losses = both.filter((one) => one.before === one.wanted && one.after !== one.wanted);
  const difference = pairedDifference(wins.length, losses.length, both.length);
  return {
    heldOut: {
      cases: both.length,
      rightBefore: both.filter((one) => one.before === one.wanted).length,
      rightAfter: both.filter((one) => one.after === one.wanted).length,
      wins: wins.length,
      losses: losses.length,
      failed: outcomes.length - both.length,
    },
    difference,
    verdict: difference.low > 0 ? 'better' : difference.high < 0 ? 'worse' : 'no difference shown',
    wins,
    losses,
  };
}

/** How many cases a version gets right. */
export function countRight(result: ReplayResult): number {
  return result.cases.filter(({ past, after }) => after !== null && after.grade === past.human?.grade).length;
}
