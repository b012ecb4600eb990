import { daysOf } from '../../../platform/week.ts';
import type { Report } from './report.ts';
import type { TeamRow } from './team.ts';

const GRADES = ['A', 'B', 'C', 'D', 'E', 'insufficient evidence'] as const;

/** Where a builder's evaluations and their evidence are seen; null when it is not known where people look. */
export type LinkTo = (builderId: string) => string | null;

export function subjectOf({ week, team, attention }: Report): string {
  const whose = team === null ? 'The week' : `${team} in week`;
  const who =
    attention.length === 1 ? 'one person needs attention' : `${attention.length} people need attention`;
  return `${whose} ${week}: ${who}`;
}

/** One sentence that says how the week went. */
export function headlineOf({ status, builders, graded, meanScore, meanScoreBefore }: Report): string {
  if (status === 'running') return 'The week is still being judged; these are the results so far.';
  if (status === 'waiting') return 'Builders have their results first, and may still answer them.';
  if (status === 'not enough data') return 'There is not enough data for this week.';
  const change =
    meanScoreBefore === null || meanScore === null
      ? ''
      : ` (${signed(meanScore - meanScoreBefore)} against the week before)`;
  return `${graded} of ${builders} builders were graded. Mean score ${meanScore}${change}.`;
}

export function signed(value: number): string {
  const rounded = Math.round(10 * value) / 10;
  return rounded > 0 ? `+${rounded}` : String(rounded);
}

/** What the template `performance-report` is filled in with. */
export function emailData(report: Report, linkTo: LinkTo) {
  const { week, team, grades, attention, best } = report;
  const row = (one: TeamRow) => ({
    name: one.name,
    team: one.team,
    grade: one.grade ?? 'none',
    score: one.score === null ? '' : String(one.score),
    change: one.change === null ? '' : signed(one.change),
    why: one.attention.join(' '),
    link: linkTo(one.builderId),
  });
  return {
    subject: subjectOf(report),
    week,
    ...daysOf(week),
    team,
    headline: headlineOf(report),
    grades: GRADES.filter((grade) => grades[grade])
      .map((grade) => `${grade}: ${grades[grade]}`)
      .join(' · '),
    attention: attention.map(row),
    best: best.map(row),
    isLinked: linkTo('') !== null,
  };
}
