/**
 * Grades of a week by simple published rules, as a manager with a calculator would give them. They were written
 * before the engine's rules and results were looked at, and share nothing with them but the questions and weights
 * of the rubric and the bands of the grades. `bench/README.md` has the same rules in words.
 */

/** The cells of one row of a CSV file. */
export type Row = Readonly<Record<string, string>>;

/** Points of a rubric, 0 to 100; null where a figure that a rule needs is not known. */
export type Points = Readonly<Record<string, number | null>>;

/** What a company's files say about a week. */
export interface WeekOf {
  readonly builder: Row;
  /** This week; undefined where the file has none. */
  readonly now: Row | undefined;
  /** Up to four weeks before. */
  readonly earlier: readonly Row[];
  /** Points of the projects that the builder leads. */
  readonly projects: readonly (number | null)[];
}

export const BUILDER_WEIGHTS = { hours: 20, brainlift: 20, goals: 25, projects: 20, trend: 10, data: 5 };
export const PROJECT_WEIGHTS = { goals: 30, tam: 25, pace: 20, traction: 15 };

const FIGURES = [
  'hours_worked',
  'active_days',
  'brainlift_quality',
  'brainlift_entries',
  'goals_set',
  'goals_met',
];
/** Days after which a project is late in its stage, and after which it stands still. */
const LATE_DAYS = 90;
const STILL_DAYS = 180;

/** The points of each criterion of a builder's week. */
export function builderPoints({ builder, now, earlier, projects }: WeekOf): Points {
  if (builder.status === 'on_leave' || !now) return {};
  const planned = numberOf(builder.weekly_hours);
  const worked = numberOf(now.hours_worked);
  const known = FIGURES.filter((figure) => numberOf(now[figure]) !== null).length;
  return {
    hours: worked === null || !planned ? null : atMost100((100 * worked) / planned),
    brainlift: numberOf(now.brainlift_quality),
    goals: shareMet(now),
    projects: meanOf(projects),
    trend: trendOf(now, earlier),
    data: (100 * known) / FIGURES.length,
  };
}

/** The points of each criterion of a project's week. `day` is the Sunday of the week, `YYYY-MM-DD`. */
export function projectPoints(
  project: Row,
  now: Row | undefined,
  earlier: readonly Row[],
  day: string,
): Points {
  if (project.status !== 'active') return {};
  return {
    goals: now ? shareMet(now) : null,
    tam: marketPoints(numberOf(project.tam_usd)),
    pace: pacePoints(project.stage_history ?? '', day),
    traction: ['launch', 'growth'].includes(project.stage ?? '') ? growthPoints(now, earlier) : null,
  };
}

/** The mean of what is known, by weight; null where less than half of the weight is known. */
export function totalOf(points: Points, weights: Readonly<Record<string, number>>): number | null {
  let sum = 0;
  let known = 0;
  let all = 0;
  for (const [id, weight] of Object.entries(weights)) {
    all += weight;
    const given = points[id];
    if (given === null || given === undefined) continue;
    sum += weight * given;
    known += weight;
  }
  return known >= all / 2 ? sum / known : null;
}

/** A from 85, B from 70, C from 55, D from 40, E below. */
export function letterOf(total: number | null): string {
  if (total === null) return 'insufficient evidence';
  return total >= 85 ? 'A' : total >= 70 ? 'B' : total >= 55 ? 'C' : total >= 40 ? 'D' : 'E';
}

function shareMet(week: Row): number | null {
  const set = numberOf(week.goals_set);
  const met = numberOf(week.goals_met);
  return !set || met === null ? null : atMost100((100 * met) / set);
}

/** 50 for no change of quality and of goals against the mean before; a change by 25 points is worth 50. */
function trendOf(now: Row, earlier: readonly Row[]): number | null {
  const changes = [
    changeOf(numberOf(now.brainlift_quality), meanOf(earlier.map((row) => numberOf(row.brainlift_quality)))),
    changeOf(shareMet(now), meanOf(earlier.map(shareMet))),
  ];
  const change = meanOf(changes);
  return change === null ? null : Math.min(100, Math.max(0, 50 + 2 * change));
}

const changeOf = (now: number | null, before: number | null) =>
  now === null || before === null ? null : now - before;

/** Every factor of ten between a million and a billion dollars is a third; a market beyond the world's economy is not known. */
function marketPoints(usd: number | null): number | null {
  if (usd === null || usd > 1e14) return null;
  return atMost100(Math.max(0, (100 * (Math.log10(Math.max(usd, 1)) - 6)) / 3));
}

function pacePoints(history: string, day: string): number | null {
  const entered = history.split(';').at(-1)?.split(':')[1];
  if (!entered) return null;
  const days = (Date.parse(day) - Date.parse(entered)) / 86_400_000;
  return days <= LATE_DAYS ? 100 : days <= STILL_DAYS ? 50 : 0;
}

/** 50 for as many users as before on average, 100 from a fifth more, 0 from a fifth fewer. */
function growthPoints(now: Row | undefined, earlier: readonly Row[]): number | null {
  const users = numberOf(now?.active_users);
  const before = meanOf(earlier.map((row) => numberOf(row.active_users)));
  if (users === null || !before) return null;
  return Math.min(100, Math.max(0, 50 + 250 * (users / before - 1)));
}

/** The mean of the known ones; null when none is. */
function meanOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** What a cell says; null when it is empty or no number. */
export function numberOf(cell: string | undefined): number | null {
  if (cell === undefined || cell.trim() === '') return null;
  const value = Number(cell);
  return Number.isFinite(value) ? value : null;
}

const atMost100 = (points: number) => Math.min(100, points);
