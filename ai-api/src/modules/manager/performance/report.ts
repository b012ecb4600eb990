import type { Grade } from '../../../judgement/index.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { addWeeks } from '../../../platform/week.ts';
import { type OfficialResult, officialResults } from '../evaluations/index.ts';
import { type TeamRow, teamRows } from './team.ts';

export interface Report {
  week: string;
  team: string | null;
  /** `waiting`: builders alone have their results, and may answer. */
  status: 'complete' | 'running' | 'waiting' | 'not enough data';
  builders: number;
  graded: number;
  meanScore: number | null;
  meanScoreBefore: number | null;
  grades: Partial<Record<Grade, number>>;
  attention: TeamRow[];
  best: TeamRow[];
}

const BEST = 5;

/** What an executive should know about a week. */
export async function reportOf(
  transaction: TenantTransaction,
  week: string,
  team: string | undefined,
): Promise<Report> {
  const inTeam = (results: OfficialResult[]) =>
    team === undefined ? results : results.filter((result) => result.team === team);
  const results = inTeam(await officialResults(transaction, { from: week, upTo: week }));
  const lastWeek = addWeeks(week, -1);
  const before = inTeam(await officialResults(transaction, { from: lastWeek, upTo: lastWeek }));
  const rows = await teamRows(transaction, week, results);
  const graded = results.filter(({ grade }) => grade !== null && grade !== 'insufficient evidence');
  const counts = Map.groupBy(
    results.filter(({ grade }) => grade !== null),
    ({ grade }) => grade as Grade,
  );
  return {
    week,
    team: team ?? null,
    status: statusOf(results, graded.length),
    builders: results.length,
    graded: graded.length,
    meanScore: meanScore(results),
    meanScoreBefore: meanScore(before),
    grades: Object.fromEntries([...counts].map(([grade, own]) => [grade, own.length])),
    attention: rows.filter(({ attention }) => attention.length > 0).toSorted(byUrgency),
    best: rows
      .filter(({ score, attention }) => score !== null && attention.length === 0)
      .toSorted((a, b) => (b.score ?? 0) - (a.score ?? 0))
      .slice(0, BEST),
  };
}

function statusOf(results: readonly OfficialResult[], graded: number): Report['status'] {
  if (results.some(({ run_status }) => run_status === 'running')) return 'running';
  if (results.some(({ waiting }) => waiting)) return 'waiting';
  return graded === 0 ? 'not enough data' : 'complete';
}

/** Those with the most reasons first, of them the lowest score. */
function byUrgency(a: TeamRow, b: TeamRow): number {
  return b.attention.length - a.attention.length || (a.score ?? 101) - (b.score ?? 101);
}

function meanScore(results: readonly OfficialResult[]): number | null {
  const scores = results.map(({ score }) => score).filter((score) => score !== null);
  if (scores.length === 0) return null;
  return Math.round((10 * scores.reduce((sum, score) => sum + score, 0)) / scores.length) / 10;
}
