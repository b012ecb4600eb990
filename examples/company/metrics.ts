import { NEW_WEEKS } from './builders.ts';
import { noteWriter } from './notes.ts';
import { clamp, createRandom, type Random, round } from './random.ts';
import type { BuilderRow, Kind, MetricsRow, Part } from './types.ts';

/** How well a builder of each kind does in the first and in the last week, 0 to 1. */
const LEVELS: Readonly<Record<Kind, readonly [first: number, last: number]>> = {
  strong: [0.9, 0.94],
  solid: [0.68, 0.7],
  weak: [0.27, 0.22],
  improving: [0.3, 0.88],
  declining: [0.88, 0.3],
  new: [0.5, 0.6],
  on_leave: [0.7, 0.7],
  missing: [0.68, 0.68],
  contradictory: [0.7, 0.7],
};

/** How well the builder does in week `index` of `count`, 0 to 1, before chance. */
export function levelOf(kind: Kind, index: number, count: number): number {
  const [first, last] = LEVELS[kind];
  return first + (last - first) * (count > 1 ? index / (count - 1) : 1);
}

/** The rows of one builder, oldest first. Weeks before the start, or without any fact, have no row. */
export function makeMetrics(
  seed: number,
  builder: BuilderRow,
  part: Part,
  project: string,
  weeks: readonly string[],
): MetricsRow[] {
  const writeNote = noteWriter();
  return weeks.flatMap((week, index) => {
    const fromEnd = weeks.length - 1 - index;
    if (part.kind === 'new' && fromEnd >= NEW_WEEKS) return [];
    const random = createRandom(seed, 'metrics', builder.builder_id, fromEnd);
    const level = clamp(levelOf(part.kind, index, weeks.length) + random.between(-0.05, 0.05, 3), 0, 1);
    const usual = usualWeek(random, builder, week, level);
    const noted = { ...usual, note: writeNote(random, { part, level, project, isLast: fromEnd === 0 }) };
    const shaped = shape(random, part, noted, fromEnd);
    return shaped ? [shaped] : [];
  });
}

function usualWeek(
  random: Random,
  builder: BuilderRow,
  week: string,
  level: number,
): Omit<MetricsRow, 'note'> {
  const ratio = clamp(0.42 + 0.74 * level + random.between(-0.04, 0.04, 3), 0.1, 1.12);
  const hours = round(builder.weekly_hours * ratio, 1);
  const goalsSet = random.int(3, 6);
  return {
    builder_id: builder.builder_id,
    week,
    hours_worked: hours,
    active_days: clamp(Math.round(hours / 8) + random.int(0, 1), 1, 6),
    brainlift_quality: clamp(Math.round(12 + 86 * level + random.between(-5, 5)), 0, 100),
    brainlift_entries: Math.max(0, Math.round(12 * level + random.between(-2, 2))),
    goals_set: goalsSet,
    goals_met: clamp(Math.round(goalsSet * (1.12 * level + random.between(-0.1, 0.08, 3))), 0, goalsSet),
  };
}

function shape(random: Random, part: Part, row: MetricsRow, fromEnd: number): MetricsRow | undefined {
  if (part.kind === 'on_leave') return fromEnd <= part.variant % 3 ? leave(row, part.variant) : row;
  if (part.kind === 'missing') return withGaps(part.variant, row, fromEnd);
  if (part.kind === 'contradictory') return contradict(random, part.variant, row, fromEnd);
  return fromEnd > 0 && random.chance(0.03) ? { ...row, [random.pick(GAPS)]: null } : row;
}

const GAPS = ['hours_worked', 'active_days', 'brainlift_quality', 'brainlift_entries'] as const;

function leave(row: MetricsRow, variant: number): MetricsRow {
  const nothing = variant % 2 === 0 ? 0 : null;
  return {
    ...row,
    hours_worked: nothing,
    active_days: nothing,
    brainlift_quality: null,
    brainlift_entries: nothing,
    goals_set: nothing,
    goals_met: nothing,
    note: variant % 2 === 0 ? 'On leave.' : null,
  };
}

function withGaps(variant: number, row: MetricsRow, fromEnd: number): MetricsRow | undefined {
  switch (variant) {
    case 0:
      return { ...row, hours_worked: null, active_days: null };
    case 1:
      return { ...row, brainlift_quality: null, brainlift_entries: null };
    case 2:
      return { ...row, goals_set: null, goals_met: null, note: null };
    case 3:
      return fromEnd === 0 ? undefined : row;
    default:
      return fromEnd % 2 === 0
        ? { ...row, hours_worked: null, goals_met: null }
        : { ...row, brainlift_quality: null };
  }
}

function contradict(random: Random, variant: number, row: MetricsRow, fromEnd: number): MetricsRow {
  if (fromEnd % 3 !== 0) return row;
  switch (variant) {
    case 0:
      return { ...row, goals_set: 4, goals_met: 4 + random.int(3, 8) };
    case 1:
      return { ...row, hours_worked: 0, active_days: 0, goals_set: 9, goals_met: 9 };
    case 2:
      return { ...row, hours_worked: random.between(124, 166, 1), active_days: 7 };
    default:
      return { ...row, hours_worked: 3, active_days: 7 };
  }
}
