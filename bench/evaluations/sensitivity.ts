import { factAt, factPaths } from '../../ai-api/src/judgement/facts.ts';
import {
  type CriterionResult,
  type Facts,
  type FactValue,
  judge,
  type Rulebook,
} from '../../ai-api/src/judgement/index.ts';
import { printTable } from '../triage/outcomes.ts';

/** Criteria that a fact may move; the first is the one that it is about. */
export type Moves = Readonly<Record<string, readonly string[]>>;

const EVERYTHING = ['hours', 'brainlift', 'goals', 'projects', 'trend', 'data', 'reflection'];

export const BUILDER_MOVES: Moves = {
  'builder.plannedHours': ['hours'],
  'builder.weeksSinceStart': ['trend'],
  'builder.onLeave': EVERYTHING,
  // Hours, days and goals contradict each other where goals were met in no time.
  'week.hoursWorked': ['hours'],
  'week.activeDays': ['hours'],
  'week.brainliftQuality': ['brainlift', 'trend'],
  'week.brainliftEntries': ['brainlift'],
  'week.goalsSet': ['goals', 'trend'],
  'week.goalsMet': ['goals', 'trend', 'hours'],
  'week.note': ['reflection'],
  'trend.weeks': ['trend'],
  'trend.hoursMean': ['trend'],
  'trend.brainliftMean': ['trend'],
  'trend.goalShareMean': ['trend'],
  'projects.count': ['projects'],
  'projects.graded': ['projects'],
  'projects.meanScore': ['projects'],
  'data.gaps': ['data'],
};

export const PROJECT_MOVES: Moves = {
  'project.status': ['pace', 'goals'],
  'project.stage': ['pace', 'traction'],
  'project.daysInStage': ['pace'],
  'project.tamUsd': ['tam', 'tam-reasoning'],
  'project.tamRationale': ['tam-reasoning'],
  'project.goal': ['goals'],
  'week.goalsSet': ['goals'],
  'week.goalsMet': ['goals'],
  'week.activeUsers': ['traction'],
  'week.revenueUsd': ['traction'],
  'trend.weeks': ['traction'],
  'trend.activeUsersMean': ['traction'],
  'trend.revenueMean': ['traction'],
};

/** Other values of facts that have few. */
const CHOICES: Readonly<Record<string, readonly FactValue[]>> = {
  'project.status': ['active', 'paused', 'done'],
  'project.stage': ['idea', 'validation', 'build', 'launch', 'growth'],
};

/** What one change did to the criteria. */
interface Change {
  path: string;
  to: FactValue;
  moved: string[];
  /** Criteria that lost points, and kept a score, because the fact is not known. */
  punished: string[];
}

/** Judges with every fact changed alone, over all subjects. @returns the moves of criteria that a fact is not about */
export async function measureSensitivity(
  title: string,
  book: Rulebook,
  subjects: readonly Facts[],
  moves: Moves,
): Promise<number> {
  const paths = factPaths(book.kind.vocabulary);
  const unnamed = paths.filter((path) => !moves[path]);
  if (unnamed.length > 0) throw new Error(`Nothing says what ${unnamed.join(', ')} may move.`);
  const rows: string[][] = [];
  let wrong = 0;
  for (const path of paths) {
    const changes: Change[] = [];
    for (const facts of subjects) changes.push(...(await changesOf(book, facts, path)));
    const [own = '', ...also] = moves[path] ?? [];
    const outside = changes.flatMap(({ moved }) => moved.filter((id) => !moves[path]?.includes(id)));
    wrong += outside.length;
    rows.push([
      path,
      String(changes.length),
      `${own} ${changes.filter(({ moved }) => moved.includes(own)).length}`,
      also.map((id) => `${id} ${changes.filter(({ moved }) => moved.includes(id)).length}`).join(', '),
      String(outside.length),
      String(changes.filter(({ punished }) => punished.length > 0).length),
    ]);
  }
  console.log(`\n${title}: one fact changed, of ${subjects.length} weeks`);
  printTable([
    ['fact', 'changes', 'moved its criterion', 'and these', 'others', 'unknown costs points'],
    ...rows,
  ]);
  return wrong;
}

async function changesOf(book: Rulebook, facts: Facts, path: string): Promise<Change[]> {
  const before = await criteriaOf(book, facts);
  const found: Change[] = [];
  for (const to of otherValues(book, facts, path)) {
    const after = await criteriaOf(book, withFact(facts, path, to));
    const pairs = before.map((criterion, index) => [criterion, after[index] as CriterionResult] as const);
    found.push({
      path,
      to,
      moved: pairs.filter(([one, two]) => resultOf(one) !== resultOf(two)).map(([{ id }]) => id),
      punished: pairs
        .filter(([one, two]) => to === null && (two.score ?? 100) < (one.score ?? 0) && two.weight > 0)
        .map(([{ id }]) => id),
    });
  }
  return found;
}

async function criteriaOf(book: Rulebook, facts: Facts): Promise<CriterionResult[]> {
  return (await judge(book, 'subject', facts)).criteria;
}

/** The score with its weight, or that there is none. */
const resultOf = ({ verdict, score, weight }: CriterionResult) =>
  verdict === 'scored' ? `${score} of ${weight}` : 'open';

function otherValues({ kind: { vocabulary } }: Rulebook, facts: Facts, path: string): FactValue[] {
  const [group = '', field = ''] = path.split('.');
  const { type, example } = vocabulary[group]?.[field] ?? { type: 'text', example: '' };
  const now = factAt(facts, path);
  const values =
    type === 'flag'
      ? [true, false]
      : type === 'text'
        ? [...(CHOICES[path] ?? [example, 'No.'])]
        : numbersNear(now, Number(example));
  return [...new Set<FactValue>([...values, null])].filter((value) => value !== now);
}

const numbersNear = (now: FactValue, example: number): number[] => {
  const from = typeof now === 'number' ? now : example;
  return [0, from / 2, 2 * from, from + 1, example];
};

function withFact(facts: Facts, path: string, value: FactValue): Facts {
  const [group = '', field = ''] = path.split('.');
  return { ...facts, [group]: { ...facts[group], [field]: value } };
}
