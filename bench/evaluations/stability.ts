import type { CriterionResult } from '../../ai-api/src/judgement/index.ts';
import { median } from '../statistics.ts';
import { printTable, shareOf } from '../triage/outcomes.ts';
import { judgeWeek, type Subject } from './facts.ts';
import { NOISE_POINTS, randomsOf } from './noisy.ts';

/** What a model read of each subject, one reading for each time that it was asked. */
export type ReadingsBySubject = ReadonlyMap<string, readonly (readonly CriterionResult[])[]>;

/** Readings whose median is taken. */
const SAMPLES = [1, 3, 5, 7];
const DRAWS = 20;

/** Prints how often two judgements of one week, each by the median of k readings, give the same grade. */
export async function measureStability(
  subjects: readonly Subject[],
  week: string,
  readings: ReadingsBySubject,
): Promise<void> {
  const random = randomsOf(23);
  const asked = Math.min(...[...readings.values()].map(({ length }) => length));
  const rows: string[][] = [];
  for (const k of SAMPLES.filter((samples) => 2 * samples <= asked)) {
    const same = { builders: 0, projects: 0 };
    const all = { builders: 0, projects: 0 };
    for (const subject of subjects) {
      for (let draw = 0; draw < DRAWS; draw++) {
        const drawn = new Map([...readings].map(([id, each]) => [id, shuffled(each, random)]));
        const take = (from: number) =>
          judgeWeek(subject, week, (id) => medianOf((drawn.get(id) ?? []).slice(from, from + k)));
        const [one, two] = [await take(0), await take(k)];
        all.builders++;
        if (one.judged.grade === two.judged.grade) same.builders++;
        for (const [index, { judged }] of one.projects.entries()) {
          all.projects++;
          if (judged.grade === two.projects[index]?.judged.grade) same.projects++;
        }
      }
    }
    rows.push([
      String(k),
      shareOf(same.builders, all.builders),
      shareOf(same.projects, all.projects),
      `${k} x`,
    ]);
  }
  console.log(
    `\nGrades that stay when a week is judged again, scores of the model with a noise of ${NOISE_POINTS} points, ${DRAWS} pairs each`,
  );
  printTable([['readings, median of', 'builders', 'projects', 'calls'], ...rows]);
}

/** Of each criterion the median of its scores; one that most readings left open is open. */
export function medianOf(readings: readonly (readonly CriterionResult[])[]): CriterionResult[] {
  const [first = []] = readings;
  return first.flatMap((criterion) => {
    const scores = readings.flatMap((one) => one.find(({ id }) => id === criterion.id)?.score ?? []);
    if (2 * scores.length < readings.length) return [];
    return [{ ...criterion, verdict: 'scored' as const, score: Math.round(median(scores)) }];
  });
}

export function shuffled<T>(values: readonly T[], random: () => number): T[] {
  return values
    .map((value) => ({ value, at: random() }))
    .toSorted((one, two) => one.at - two.at)
    .map(({ value }) => value);
}
