import { z } from 'zod';
import { foldId } from '../../../contract/company-id.ts';
import { day, isoWeek, isTimeZone, STAGES } from '../../../contract/schemas.ts';
import { DAY_MS } from '../../../platform/durations.ts';

export const BUILDER_STATUSES = ['active', 'on_leave', 'left'] as const;
export const PROJECT_STATUSES = ['active', 'paused', 'done'] as const;

export { STAGES };

/** Rows of one table in an import. */
export const MAX_ROWS = 200_000;

/** PostgreSQL stores no NUL, and half of a surrogate pair is no character. */
const isStorable = (value: string) => !value.includes('\0') && value.isWellFormed();
/** What the replacement character says about a text. */
export const LETTERS_LOST =
  'has letters that were lost when the file was read in another encoding than its own';
const SPREADSHEET_ERROR = /^#(?:N\/A|REF!|VALUE!|DIV\/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!|#+)$/i;

const text = (max: number) =>
  z
    .string('must be text')
    .max(max, `must be at most ${max} characters`)
    .refine(isStorable, 'has a character that cannot be stored')
    .refine((value) => !value.includes('\ufffd'), LETTERS_LOST)
    .refine((value) => !SPREADSHEET_ERROR.test(value.trim()), 'is an error of the spreadsheet');
const name = (max: number) => text(max).trim().min(1, 'must not be empty');

const SHORTENED = /^\d(?:[.,]\d+)?E\+\d+$/i;

/** An id of the company's own. URLs resolve `.` and `..`, so nothing with such an id could be asked for. */
const key = text(100)
  .overwrite(foldId)
  .min(1, 'must not be empty')
  .max(100, 'must be at most 100 characters once its letters are composed')
  .refine((value) => !SHORTENED.test(value), 'was shortened by a spreadsheet: format the column as text')
  .regex(/^\P{Cc}*$/u, 'must not have control characters')
  .refine((value) => value !== '.' && value !== '..', 'must not be . or ..');

/** Capitals and blanks do not matter: `On leave` is `on_leave`. */
const oneOf = <const T extends readonly string[]>(values: T) =>
  z.preprocess(
    (value) =>
      typeof value === 'string'
        ? value
            .trim()
            .toLowerCase()
            .replaceAll(/[\s-]+/g, '_')
        : value,
    z.enum(values, `must be one of ${values.join(', ')}`),
  );

/** A day, also as spreadsheets of some countries write it: 16.11.2026. */
const writtenDay = z.preprocess(
  (value) =>
    typeof value === 'string' ? value.trim().replace(/^(\d\d)\.(\d\d)\.(\d{4})$/, '$3-$2-$1') : value,
  day,
);

/** An empty CSV cell is an unknown value. */
const orUnknown = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === '' || value === undefined ? null : value), schema.nullable());

const NO_NUMBER = 'must be a number such as 38.5';
const decimal = (min: number, max: number) =>
  z
    .union(
      [
        z.number(),
        z
          .string()
          .trim()
          .regex(/^-?\d+(\.\d+)?$/, NO_NUMBER)
          .transform(Number),
      ],
      NO_NUMBER,
    )
    .pipe(z.number(NO_NUMBER).min(min, `must be at least ${min}`).max(max, `must be at most ${max}`));
const whole = (min: number, max: number) =>
  decimal(min, max).refine(Number.isInteger, 'must be a whole number');

const HISTORY = /^\w+:\d{4}-\d{2}-\d{2}(;\w+:\d{4}-\d{2}-\d{2})*$/;
const stageHistory = z.preprocess(
  (value) => (typeof value === 'string' && HISTORY.test(value.trim()) ? splitHistory(value.trim()) : value),
  z
    .array(
      z.object({ stage: oneOf(STAGES), enteredOn: day }),
      'must look like idea:2026-03-02;build:2026-05-11',
    )
    .max(100, 'must have at most 100 stages'),
);

function splitHistory(value: string): { stage: string | undefined; enteredOn: string | undefined }[] {
  return value.split(';').map((entry) => {
    const [stage, enteredOn] = entry.split(':');
    return { stage, enteredOn };
  });
}

/** One row of `builders.csv`. */
export const builderRow = z.object({
  builder_id: key,
  name: name(200),
  email: text(320).overwrite(foldId).pipe(z.email('must be an e-mail address')),
  team: name(100),
  title: orUnknown(text(200)),
  status: oneOf(BUILDER_STATUSES),
  started_on: writtenDay,
  weekly_hours: decimal(0, 100),
  timezone: orUnknown(text(60).trim().refine(isTimeZone, 'must be an IANA time zone such as Europe/Oslo')),
});

/** One row of `projects.csv`; money in dollars. */
export const projectRow = z.object({
  project_id: key,
  name: name(200),
  builder_id: key,
  status: oneOf(PROJECT_STATUSES),
  stage: oneOf(STAGES),
  stage_history: orUnknown(stageHistory),
  tam_usd: orUnknown(decimal(0, 1e18)),
  tam_rationale: orUnknown(text(4000)),
  goal: orUnknown(text(4000)),
});

/** One row of `metrics.csv`: a builder's week. Contradictions are let through, they are for the judgement. */
export const metricsRow = z.object({
  builder_id: key,
  week: isoWeek,
  hours_worked: orUnknown(decimal(0, 1000)),
  active_days: orUnknown(whole(0, 7)),
  brainlift_quality: orUnknown(decimal(0, 100)),
  brainlift_entries: orUnknown(whole(0, 100_000)),
  goals_set: orUnknown(whole(0, 10_000)),
  goals_met: orUnknown(whole(0, 10_000)),
  note: orUnknown(text(4000)),
});

/** One row of `project-metrics.csv`: a project's week; money in dollars. */
export const projectMetricsRow = z.object({
  project_id: key,
  week: isoWeek,
  goals_set: orUnknown(whole(0, 10_000)),
  goals_met: orUnknown(whole(0, 10_000)),
  active_users: orUnknown(whole(0, 1e12)),
  revenue_usd: orUnknown(decimal(0, 9e9)),
});

const instant = z.iso.datetime({
  offset: true,
  error: 'must be an instant such as 2026-11-16T09:00:00+01:00',
});

/** One row of `time-entries.csv`: a stretch of tracked time. */
export const timeEntryRow = z
  .object({
    entry_id: key,
    builder_id: key,
    project_id: orUnknown(key),
    started_at: instant,
    ended_at: instant,
  })
  .refine(({ started_at, ended_at }) => Date.parse(started_at) < Date.parse(ended_at), {
    path: ['ended_at'],
    message: 'must be after started_at',
  })
  .refine(({ started_at, ended_at }) => Date.parse(ended_at) - Date.parse(started_at) <= DAY_MS, {
    path: ['ended_at'],
    message: 'must be within 24 hours of started_at',
  });

/** One row of `leave.csv`: days on which a builder is away, both included. */
export const leaveRow = z
  .object({ builder_id: key, first_day: writtenDay, last_day: writtenDay })
  .refine(({ first_day, last_day }) => first_day <= last_day, {
    path: ['last_day'],
    message: 'must not be before first_day',
  });

/** One row of `project-members.csv`; without a last day a member stays one. */
export const memberRow = z.object({ project_id: key, builder_id: key, last_day: orUnknown(writtenDay) });

/** One row of `project-budgets.csv`: hours that may be booked on a project in a month. */
export const budgetRow = z.object({ project_id: key, monthly_hours: decimal(0, 100_000) });

/** The tables of tracked time. */
export const TIME_TABLES = {
  entries: { file: 'time-entries.csv', row: timeEntryRow, key: ['entry_id'] },
  leave: { file: 'leave.csv', row: leaveRow, key: ['builder_id', 'first_day'] },
  members: { file: 'project-members.csv', row: memberRow, key: ['project_id', 'builder_id'] },
  budgets: { file: 'project-budgets.csv', row: budgetRow, key: ['project_id'] },
} as const;
export type TimeTableName = keyof typeof TIME_TABLES;
export type TimeRow<T extends TimeTableName> = z.output<(typeof TIME_TABLES)[T]['row']>;

export const WORK_KINDS = ['meeting', 'ticket', 'document'] as const;
/** Who takes part in one piece of work. */
const MAX_PARTICIPANTS = 500;
const MAX_WORK_DAYS = 31;

/** Ids or e-mail addresses, in a cell separated by `;` or `|`. */
const participants = z.preprocess(
  (value) =>
    typeof value === 'string'
      ? value
          .split(/[;|]/)
          .map((one) => one.trim())
          .filter((one) => one !== '')
      : value,
  z
    .array(key, 'must be ids or e-mail addresses separated by ;')
    .min(1, 'must name a builder')
    .max(MAX_PARTICIPANTS, `must name at most ${MAX_PARTICIPANTS}`),
);

/** One row of `work-records.csv`: a meeting, ticket or document, on a day or between two instants. */
export const workRow = z
  .object({
    record_id: key,
    kind: oneOf(WORK_KINDS),
    reference: orUnknown(name(100)),
    title: name(300),
    project_id: orUnknown(key),
    builders: participants,
    day: orUnknown(writtenDay),
    started_at: orUnknown(instant),
    ended_at: orUnknown(instant),
  })
  .refine(({ day: on, started_at }) => on !== null || started_at !== null, {
    path: ['day'],
    message: 'must not be empty without started_at',
  })
  .refine(({ started_at, ended_at }) => (started_at === null) === (ended_at === null), {
    path: ['ended_at'],
    message: 'must be given with started_at, and only with it',
  })
  .refine(
    ({ started_at, ended_at }) => !started_at || !ended_at || Date.parse(started_at) < Date.parse(ended_at),
    {
      path: ['ended_at'],
      message: 'must be after started_at',
    },
  )
  .refine(
    ({ started_at, ended_at }) =>
      !started_at || !ended_at || Date.parse(ended_at) - Date.parse(started_at) <= MAX_WORK_DAYS * DAY_MS,
    { path: ['ended_at'], message: `must be within ${MAX_WORK_DAYS} days of started_at` },
  );

/** The table of work. */
export const WORK_TABLE = { file: 'work-records.csv', row: workRow, key: ['record_id'] } as const;
export type WorkRow = z.output<typeof workRow>;

/** The tables of an import, in the order they depend on each other. */
export const TABLES = {
  builders: { file: 'builders.csv', row: builderRow, key: ['builder_id'] },
  projects: { file: 'projects.csv', row: projectRow, key: ['project_id'] },
  metrics: { file: 'metrics.csv', row: metricsRow, key: ['builder_id', 'week'] },
  projectMetrics: { file: 'project-metrics.csv', row: projectMetricsRow, key: ['project_id', 'week'] },
} as const;
export type TableName = keyof typeof TABLES;
export type Row<T extends TableName> = z.output<(typeof TABLES)[T]['row']>;
