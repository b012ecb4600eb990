import { mean } from './mean.ts';

/** A score (0 to 100) of a week, `at` whole weeks since any beginning. */
export interface Point {
  at: number;
  score: number;
}

export interface Trend {
  status: 'rising' | 'steady' | 'falling' | 'not enough data';
  perWeek: number | null;
  weeks: number;
}

/** Fewer scores show no direction. */
const MIN_WEEKS = 3;
/** Points a week below which the direction may be chance. */
const STEADY = 2;

/** The direction of scores: the slope of the line of least squares, to one decimal. */
export function trendOf(points: readonly Point[]): Trend {
  const weeks = points.length;
  if (weeks < MIN_WEEKS) return { status: 'not enough data', perWeek: null, weeks };
  const meanAt = mean(points.map(({ at }) => at));
  const meanScore = mean(points.map(({ score }) => score));
  const spread = points.reduce((sum, { at }) => sum + (at - meanAt) ** 2, 0);
  const together = points.reduce((sum, { at, score }) => sum + (at - meanAt) * (score - meanScore), 0);
  const perWeek = Math.round((10 * together) / spread) / 10;
  const status = perWeek >= STEADY ? 'rising' : perWeek <= -STEADY ? 'falling' : 'steady';
  return { status, perWeek, weeks };
}
