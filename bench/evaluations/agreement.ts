import {
  exact,
  kappa,
  quadratic,
  tabulate,
} from '../../ai-api/src/modules/ai/quality/statistics/agreement.ts';
import { addWeeks, daysOf } from '../../ai-api/src/platform/week.ts';
import type { Company } from '../../examples/generate.ts';
import { printTable, shareOf } from '../triage/outcomes.ts';
import {
  BUILDER_WEIGHTS,
  builderPoints,
  letterOf,
  type Points,
  PROJECT_WEIGHTS,
  projectPoints,
  type Row,
  totalOf,
} from './published-rules.ts';

const LETTERS = ['A', 'B', 'C', 'D', 'E'];
const EARLIER_WEEKS = 4;

/** What a subject was graded by the platform, with its points by criterion. */
export interface Graded {
  letter: string;
  points: Points;
}

export interface Pair {
  id: string;
  ours: Graded;
  published: Graded;
}

const rowOf = (row: object): Row =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value === null ? '' : String(value)]));

/** Grades by the published rules, by the id of the builder or of the project. */
export function publishedGrades(company: Company, week: string): Map<string, Graded> {
  const earliest = addWeeks(week, -EARLIER_WEEKS);
  const { sunday } = daysOf(week);
  const grades = new Map<string, Graded>();
  const split = (rows: readonly { week: string }[]) => ({
    now: rows.filter((row) => row.week === week).map(rowOf)[0],
    earlier: rows.filter((row) => row.week < week && row.week >= earliest).map(rowOf),
  });
  const scores = new Map<string, (number | null)[]>();
  for (const project of company.projects) {
    const rows = company.projectMetrics.filter(({ project_id }) => project_id === project.project_id);
    const { now, earlier } = split(rows);
    const points = projectPoints(rowOf(project), now, earlier, sunday);
    const total = totalOf(points, PROJECT_WEIGHTS);
    grades.set(project.project_id, { letter: letterOf(total), points });
    scores.set(project.builder_id, [...(scores.get(project.builder_id) ?? []), total]);
  }
  for (const builder of company.builders) {
    const { now, earlier } = split(
      company.metrics.filter(({ builder_id }) => builder_id === builder.builder_id),
    );
    const projects = scores.get(builder.builder_id) ?? [];
    const points = builderPoints({ builder: rowOf(builder), now, earlier, projects });
    grades.set(builder.builder_id, { letter: letterOf(totalOf(points, BUILDER_WEIGHTS)), points });
  }
  return grades;
}

/** Exact and adjacent agreement, weighted kappa, and the criteria that the grades that differ come from. */
export function printAgreement(title: string, pairs: readonly Pair[], weights: Record<string, number>): void {
  const graded = pairs.filter(({ ours, published }) => isGraded(ours) && isGraded(published));
  const bothUngraded = pairs.filter(({ ours, published }) => !isGraded(ours) && !isGraded(published)).length;
  const distance = ({ ours, published }: Pair) =>
    LETTERS.indexOf(ours.letter) - LETTERS.indexOf(published.letter);
  const within = (steps: number) => graded.filter((pair) => Math.abs(distance(pair)) <= steps).length;
  const table = tabulate(
    graded.map(({ ours, published }) => [ours.letter, published.letter] as const),
    LETTERS,
  );
  const shown = (estimate: ReturnType<typeof kappa>) =>
    estimate === null
      ? 'none'
      : `${estimate.value.toFixed(2)} (${estimate.interval.map((bound) => bound.toFixed(2)).join(' to ')})`;
  console.log(`\n${title}: ${pairs.length}, of them ${graded.length} graded by both`);
  printTable([
    ['figure', 'measured'],
    ['same letter', shareOf(within(0), graded.length)],
    ['same or next letter', shareOf(within(1), graded.length)],
    ['quadratic weighted kappa', shown(kappa(table, quadratic(LETTERS.map((_, index) => index))))],
    ['kappa', shown(kappa(table, exact))],
    ['graded by neither', String(bothUngraded)],
    ['graded by one of the two', String(pairs.length - graded.length - bothUngraded)],
    [
      'ours is lower / higher',
      `${count(graded, (pair) => distance(pair) > 0)} / ${count(graded, (pair) => distance(pair) < 0)}`,
    ],
  ]);
  printTable([
    ['ours \\ published', ...LETTERS],
    ...table.map((row, at) => [LETTERS[at] as string, ...row.map(String)]),
  ]);
  printCauses(
    graded.filter((pair) => distance(pair) !== 0),
    weights,
  );
  for (const { id, ours, published } of pairs.filter(
    (pair) => isGraded(pair.ours) !== isGraded(pair.published),
  ))
    console.log(`  ${id}: ours ${ours.letter}, published ${published.letter}`);
}

const isGraded = ({ letter }: Graded) => LETTERS.includes(letter);
const count = <T>(of: readonly T[], test: (one: T) => boolean) => of.filter(test).length;

/** The criterion that differs by the most weighted points is the cause of a grade that differs. */
function printCauses(different: readonly Pair[], weights: Record<string, number>): void {
  const causes = new Map<string, number>();
  for (const { ours, published } of different) {
    const [cause = 'no single criterion'] = Object.keys({ ...weights, ...ours.points })
      .map((id) => [id, weightedDifference(id, ours, published, weights)] as const)
      .toSorted(([, one], [, two]) => two - one)
      .map(([id]) => id);
    const one = ours.points[cause] ?? null;
    const two = published.points[cause] ?? null;
    const how =
      one === null
        ? 'ours leaves it out'
        : two === null
          ? 'only ours scores it'
          : one < two
            ? 'ours is lower'
            : 'ours is higher';
    const named = `${cause}: ${how}`;
    causes.set(named, (causes.get(named) ?? 0) + 1);
  }
  printTable([
    ['cause of another letter', 'grades'],
    ...[...causes].toSorted(([, one], [, two]) => two - one).map(([cause, times]) => [cause, String(times)]),
  ]);
}

/** Half of the scale where only one of the two has points. */
function weightedDifference(id: string, one: Graded, two: Graded, weights: Record<string, number>): number {
  const [a, b] = [one.points[id] ?? null, two.points[id] ?? null];
  if (a === null && b === null) return 0;
  return (weights[id] ?? 10) * (a === null || b === null ? 50 : Math.abs(a - b));
}
