import { z } from 'zod';
import { day, isoWeek } from '../../contract/schemas.ts';

export const BUILDER_STATUSES = ['active', 'on_leave', 'left'] as const;
export const PROJECT_STATUSES = ['active', 'paused', 'done'] as const;
export const STAGES = ['idea', 'validation', 'build', 'launch', 'growth'] as const;

const key = z.string().trim().min(1, 'must not be empty').max(100);
const text = (max: number) => z.string().max(max, `must be at most ${max} characters`);

/** An empty CSV cell is an unknown value. */
const orUnknown = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === '' || value === undefined ? null : value), schema.nullable());

const decimal = (min: number, max: number) =>
  z
    .union([
      z.number(),
      z
        .string()
        .trim()
        .regex(/^-?\d+(\.\d+)?$/, 'must be a number such as 38.5')
        .transform(Number),
    ])
    .pipe(z.number().min(min, `must be at least ${min}`).max(max, `must be at most ${max}`));
const whole = (min: number, max: number) =>
  decimal(min, max).refine(Number.isInteger, 'must be a whole number');

const stageHistory = z.union([
  z.array(z.object({ stage: z.enum(STAGES), enteredOn: day })),
  z
    .string()
    .trim()
    .regex(
      /^\w+:\d{4}-\d{2}-\d{2}(;\w+:\d{4}-\d{2}-\d{2})*$/,
      'must look like idea:2026-03-02;build:2026-05-11',
    )
    .transform((value) =>
      value.split(';').map((entry) => {
        const [stage, enteredOn] = entry.split(':');
        return { stage, enteredOn };
      }),
    )
    .pipe(z.array(z.object({ stage: z.enum(STAGES), enteredOn: day }))),
]);

/** One row of `builders.csv`. */
export const builderRow = z.object({
  builder_id: key,
  name: text(200).trim().min(1, 'must not be empty'),
  email: z.email('must be an e-mail address').max(320),
  team: text(100).trim().min(1, 'must not be empty'),
  title: orUnknown(text(200)),
  status: z.enum(BUILDER_STATUSES),
  started_on: day,
  weekly_hours: decimal(0, 100),
  timezone: orUnknown(text(60)),
});

/** One row of `projects.csv`; money in dollars. */
export const projectRow = z.object({
  project_id: key,
  name: text(200).trim().min(1, 'must not be empty'),
  builder_id: key,
  status: z.enum(PROJECT_STATUSES),
  stage: z.enum(STAGES),
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

/** The tables of an import, in the order they depend on each other. */
export const TABLES = {
  builders: { file: 'builders.csv', row: builderRow },
  projects: { file: 'projects.csv', row: projectRow },
  metrics: { file: 'metrics.csv', row: metricsRow },
  projectMetrics: { file: 'project-metrics.csv', row: projectMetricsRow },
} as const;
export type TableName = keyof typeof TABLES;
export type Row<T extends TableName> = z.output<(typeof TABLES)[T]['row']>;
