import { MARKETS } from './markets.ts';
import { projectName } from './names.ts';
import { createRandom, type Random } from './random.ts';
import { makeTam } from './tam.ts';
import type { BuilderRow, Part, ProjectRow, Stage } from './types.ts';
import { addDays, daysBetween, dayText, mondayOf } from './weeks.ts';

const STAGES: readonly Stage[] = ['idea', 'validation', 'build', 'launch', 'growth'];

/** Of every 75 builders, this many lead a second project. */
const SECOND_PROJECTS = 22;

/** How many projects the builder with this index leads: 1, or 2 for 22 of every 75, spread evenly. */
export function projectCount(index: number): number {
  const before = Math.floor((index * SECOND_PROJECTS) / 75);
  return Math.floor(((index + 1) * SECOND_PROJECTS) / 75) > before ? 2 : 1;
}

/** One project; `number` counts from 0 over the company, `isFirst` tells a builder's first from the second. */
export function makeProject(
  seed: number,
  number: number,
  builder: BuilderRow,
  part: Part,
  isFirst: boolean,
  lastWeek: string,
): ProjectRow {
  const random = createRandom(seed, 'project', number);
  const market = MARKETS[number % MARKETS.length] ?? random.pick(MARKETS);
  const history = stageHistory(random, part, builder.started_on, lastWeek);
  return {
    project_id: `p-${String(number + 1).padStart(4, '0')}`,
    name: projectName(number),
    builder_id: builder.builder_id,
    status: isFirst ? 'active' : random.pick(['active', 'active', 'paused', 'done']),
    stage: history.at(-1)?.stage ?? 'idea',
    stage_history: history.map((entry) => `${entry.stage}:${entry.since}`).join(';'),
    ...makeTam(random, part, isFirst, market),
    goal:
      market.goals[Math.floor(number / MARKETS.length) % market.goals.length] ?? random.pick(market.goals),
  };
}

function stageHistory(
  random: Random,
  part: Part,
  startedOn: string,
  lastWeek: string,
): { stage: Stage; since: string }[] {
  const start = new Date(startedOn);
  const end = addDays(mondayOf(lastWeek), 6);
  const days = Math.min(daysBetween(start, end), random.int(60, 420));
  const reached = part.kind === 'new' ? random.int(0, 1) : reachedStage(random, part);
  const begin = addDays(end, -days);
  return STAGES.slice(0, reached + 1).map((stage, i) => ({
    stage,
    since: dayText(addDays(begin, Math.floor((days * i) / (reached + 1)) + (i === 0 ? 0 : random.int(0, 4)))),
  }));
}

function reachedStage(random: Random, part: Part): number {
  if (part.kind === 'strong') return random.int(2, 4);
  if (part.kind === 'weak') return random.int(0, 2);
  return random.int(0, 4);
}
