import fc from 'fast-check';
import { ApiError } from '../src/catalogue/client.ts';
import { BUILDER_STATUSES } from '../src/modules/shared/people/rows.ts';

/** An address of each builder's own. */
function addressOf(builderId: unknown = 'thistle'): string {
  return (
    encodeURIComponent(String(builderId).toWellFormed()).replaceAll(/[%.]/g, '').slice(0, 60) || 'thistle'
  );
}

/** A valid row of builders.csv, with other cells where given. */
export const builderRow = (cells: Record<string, unknown> = {}) => ({
  builder_id: 'x-1',
  name: 'Thistle Wick',
  email: `${addressOf(cells.builder_id)}@people.example`,
  team: 'Errata',
  title: 'Builder',
  status: 'active',
  started_on: '2026-01-05',
  weekly_hours: '38.5',
  timezone: 'Europe/Oslo',
  ...cells,
});
/** A valid row of projects.csv, led by the builder above. */
export const projectRow = (cells: Record<string, unknown> = {}) => ({
  project_id: 'y-1',
  name: 'Tin Kettle',
  builder_id: 'x-1',
  status: 'active',
  stage: 'build',
  stage_history: 'idea:2026-03-02;build:2026-05-11',
  tam_usd: '1250000.5',
  tam_rationale: 'Kettles.',
  goal: 'Boil.',
  ...cells,
});
/** A valid row of metrics.csv. */
export const weekRow = (cells: Record<string, unknown> = {}) => ({
  builder_id: 'x-1',
  week: '2026-W45',
  hours_worked: '37.25',
  active_days: '5',
  brainlift_quality: '81',
  brainlift_entries: '4',
  goals_set: '3',
  goals_met: '2',
  note: 'Fine.',
  ...cells,
});
/** A valid row of project-metrics.csv. */
export const projectWeekRow = (cells: Record<string, unknown> = {}) => ({
  project_id: 'y-1',
  week: '2026-W45',
  goals_set: '2',
  goals_met: '1',
  active_users: '12',
  revenue_usd: '1234.56',
  ...cells,
});
/** What an import counts for a table without rows. */
export const none = { inserted: 0, updated: 0, unchanged: 0 };

/** A table as CSV with every cell in quotes. */
export function csv(rows: object[], lineEnd = '\n'): string {
  const line = (cells: unknown[]) =>
    cells.map((cell) => `"${String(cell ?? '').replaceAll('"', '""')}"`).join(',') + lineEnd;
  return line(Object.keys(rows[0] ?? {})) + rows.map((row) => line(Object.values(row))).join('');
}

/** The problem that the API answers. */
export async function refusal(work: Promise<unknown>): Promise<ApiError> {
  const error = await work.catch((reason: unknown) => reason);
  if (!(error instanceof ApiError)) throw new Error('The API did not refuse', { cause: error });
  return error;
}

/** Without U+FFFD, which an import refuses as a letter that was lost. */
const printable = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
  .filter((value) => value.trim() !== '' && value.isWellFormed() && !value.includes('\uFFFD'));
const free = fc.string({
  unit: fc.oneof(
    fc.constantFrom('"', ',', '\n', '\r\n', '\r', ' ', '\t', ';'),
    fc.constantFrom('é', '😀', 'x', '\u2028'),
  ),
  maxLength: 60,
});
/** Any row of builders.csv as JSON has it; its id is not unique and may be empty. */
export const anyBuilderRow = fc.record({
  builder_id: fc.string({ unit: 'grapheme-ascii', maxLength: 20 }),
  name: printable,
  email: fc.constantFrom('a@b.example', 'x.y+z@sub.people.example'),
  team: printable,
  title: free,
  status: fc.constantFrom(...BUILDER_STATUSES),
  started_on: fc
    .date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 10)),
  weekly_hours: fc.nat(4000).map((hours) => hours / 40),
  timezone: fc.constantFrom('', 'Europe/Oslo'),
});
