import type { Grade } from '../../../judgement/index.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { addWeeks, daysBetween, daysOf } from '../../../platform/week.ts';
import { type OfficialResult, officialResults } from '../evaluations/index.ts';
import { activePlans } from './store.ts';
import { type Point, trendOf } from './trend.ts';

/** Weeks that a trend rests on, the newest included. */
export const TREND_WEEKS = 6;
/** Points lost in a week that need attention. */
const SHARP_FALL = 15;

export type TeamRow = Awaited<ReturnType<typeof teamRows>>[number];

/** Points of a line: scores by week, of any order. */
export function pointsOf(results: readonly Pick<OfficialResult, 'week' | 'score'>[]): Point[] {
  return results.flatMap(({ week, score }) =>
    score === null ? [] : [{ at: daysBetween('2000-01-03', daysOf(week).monday) / 7, score }],
  );
}

/** Builders of a week with change, trend, plan, and why they need attention. */
export async function teamRows(
  transaction: TenantTransaction,
  week: string,
  results: readonly OfficialResult[],
) {
  const builderIds = results.map(({ builder_id }) => builder_id);
  const from = addWeeks(week, 1 - TREND_WEEKS);
  const past = Map.groupBy(
    await officialResults(transaction, { from, upTo: week, builderIds }),
    ({ builder_id }) => builder_id,
  );
  const plans = await activePlans(transaction, builderIds);
  const before = addWeeks(week, -1);
  return results.map((result) => {
    const own = past.get(result.builder_id) ?? [];
    const then = own.find((one) => one.week === before)?.score ?? null;
    const change =
      result.score === null || then === null ? null : Math.round(10 * (result.score - then)) / 10;
    const trend = trendOf(pointsOf(own));
    const plan = plans.get(result.builder_id);
    return {
      builderId: result.builder_id,
      name: result.name,
      team: result.team,
      evaluationId: result.id,
      grade: result.grade as Grade | null,
      score: result.score,
      change,
      trend,
      needsReview: result.needs_review,
      contested: result.contested,
      waiting: result.waiting,
      plan: plan ? { planId: plan.id, endsOn: plan.ends_on } : null,
      attention: attentionOf(result, change, trend, plan !== undefined),
    };
  });
}

function attentionOf(
  { status, grade, needs_review, contested }: OfficialResult,
  change: number | null,
  trend: ReturnType<typeof trendOf>,
  hasPlan: boolean,
): string[] {
  const reasons = [
    status === 'failed' && 'Could not be judged.',
    contested && 'Contests the grade: it does not count until another person has decided.',
    needs_review && 'A person should review the judgement.',
    grade === 'insufficient evidence' && 'Too little is known for a grade.',
    (grade === 'D' || grade === 'E') &&
      `Grade ${grade}${hasPlan ? ', with an active plan' : ', without a plan'}.`,
    change !== null && change <= -SHARP_FALL && `Fell by ${-change} points in a week.`,
    trend.status === 'falling' &&
      `Falls by ${-(trend.perWeek ?? 0)} points a week over ${trend.weeks} weeks.`,
  ];
  return reasons.filter((reason) => reason !== false);
}
