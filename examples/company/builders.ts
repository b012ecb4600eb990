import { builderName } from './names.ts';
import { createRandom } from './random.ts';
import type { BuilderRow, Part } from './types.ts';
import { addDays, dayText, mondayOf } from './weeks.ts';

const TEAMS = ['Foundry', 'Harbour', 'Lighthouse', 'Orchard', 'Workshop', 'Observatory'] as const;

const TITLES = [
  'Builder',
  'Senior builder',
  'Associate builder',
  'Product builder',
  'Data builder',
  'Growth builder',
  'Principal builder',
] as const;

const TIMEZONES = [
  'Europe/Lisbon',
  'Europe/Warsaw',
  'Europe/Istanbul',
  'Africa/Nairobi',
  'Africa/Lagos',
  'America/Chicago',
  'America/Sao_Paulo',
  'America/Bogota',
  'Asia/Karachi',
  'Asia/Kolkata',
  'Asia/Manila',
  'Australia/Perth',
] as const;

const WEEKLY_HOURS = [40, 40, 40, 40, 40, 37.5, 32, 20] as const;

/** How many ISO weeks a builder of the kind `new` has been there. */
export const NEW_WEEKS = 2;

export function makeBuilder(seed: number, index: number, part: Part, lastWeek: string): BuilderRow {
  const random = createRandom(seed, 'builder', index);
  const name = builderName(index);
  const team = random.pick(TEAMS);
  return {
    builder_id: `b-${String(index + 1).padStart(4, '0')}`,
    name,
    email: `${name.toLowerCase().replaceAll(' ', '.')}@sample-company.example`,
    team,
    title: part.kind === 'new' ? 'Associate builder' : random.pick(TITLES),
    status: part.kind === 'on_leave' ? 'on_leave' : 'active',
    started_on: startedOn(part, lastWeek, random.int(120, 1100)),
    weekly_hours: random.pick(WEEKLY_HOURS),
    timezone: random.pick(TIMEZONES),
  };
}

function startedOn(part: Part, lastWeek: string, daysAgo: number): string {
  const monday = mondayOf(lastWeek);
  return dayText(addDays(monday, part.kind === 'new' ? -7 * (NEW_WEEKS - 1) : -daysAgo));
}
