import { mean } from './mean.ts';

/** Upper ends of the bins of scores: the floors of the grades. */
const EDGES = [40, 55, 70, 85, Number.POSITIVE_INFINITY];
/** Fewer scores on either side fill no bins. */
const MIN_SCORES = 10;
/** From here on a population has shifted, by the convention of credit scoring. */
const SHIFTED = 0.25;

export interface Shift {
  status: 'stable' | 'shifted' | 'not enough data';
  size: number;
  sizeBefore: number;
  meanChange: number | null;
  psi: number | null;
}

/** How far scores have moved from those of the run before. */
export function shiftOf(now: readonly number[], before: readonly number[]): Shift {
  const sizes = { size: now.length, sizeBefore: before.length };
  if (Math.min(now.length, before.length) < MIN_SCORES) {
    return { status: 'not enough data', ...sizes, meanChange: null, psi: null };
  }
  const psi = stabilityIndex(now, before);
  const meanChange = Math.round(10 * (mean(now) - mean(before))) / 10;
  return {
    status: psi >= SHIFTED ? 'shifted' : 'stable',
    ...sizes,
    meanChange,
    psi: Math.round(1000 * psi) / 1000,
  };
}

/**
 * Population stability index over the bins of the grades, with half a case in every bin so that none is empty.
 * @see Siddiqi (2006), Credit Risk Scorecards, chapter 7
 */
export function stabilityIndex(now: readonly number[], before: readonly number[]): number {
  const shares = (scores: readonly number[]) => {
    const counts = EDGES.map(() => 0.5);
    for (const score of scores) {
      const bin = EDGES.findIndex((edge) => score < edge);
      counts[bin] = (counts[bin] as number) + 1;
    }
    return counts.map((count) => count / (scores.length + 0.5 * EDGES.length));
  };
  const [a, b] = [shares(now), shares(before)];
  return a.reduce((sum, share, bin) => {
    const then = b[bin] as number;
    return sum + (share - then) * Math.log(share / then);
  }, 0);
}
