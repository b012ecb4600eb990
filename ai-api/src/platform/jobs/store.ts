import { type RawBuilder, sql } from 'kysely';
import type { Database, TenantTransaction } from '../database/index.ts';
import type { JobState } from './states.ts';

/** The same in pg-boss's words. */
const PG_BOSS_STATES = {
  queued: 'created',
  retrying: 'retry',
  running: 'active',
  completed: 'completed',
  cancelled: 'cancelled',
  dead: 'failed',
} as const satisfies Record<JobState, string>;

/** One job as the tables hold it, without what its handler wrote down. */
export interface JobRecord {
  id: string;
  queue: string;
  state: JobState;
  priority: number;
  /** Attempts that have begun. */
  attempts: number;
  data: Record<string, unknown>;
  /** Why the last attempt failed. */
  reason: string | null;
  hasCheckpoint: boolean;
  createdAt: Date;
  startedAt: Date | null;
  endedAt: Date | null;
  /** When a job that waits becomes due. */
  dueAt: Date | null;
}

/** Where the next page of a list begins: the last row of the one before. */
export interface JobPosition {
  createdAt: string;
  id: string;
}

export interface JobFilter {
  queue?: string | undefined;
  state?: JobState | undefined;
}

/** A job's progress travels in its data, so that it lives and dies with the job. */
export const CHECKPOINT = '$checkpoint';

/** So does the trace that enqueued it. */
export const TRACE = '$trace';

const stateOf = sql<JobState>`case state
  ${sql.join(
    Object.entries(PG_BOSS_STATES).map(
      ([ours, theirs]) => sql`when ${sql.lit(theirs)}::jobs.job_state then ${sql.lit(ours)}`,
    ),
    sql` `,
  )} end`;

const columns = sql`
  id, name as queue, ${stateOf} as state, priority,
  case when started_on is null then 0 else retry_count + 1 end as attempts,
  data - ${sql.lit(CHECKPOINT)} - ${sql.lit(TRACE)} as data,
  output ->> 'message' as reason,
  data -> ${sql.lit(CHECKPOINT)} is not null as "hasCheckpoint",
  created_on as "createdAt", started_on as "startedAt", completed_on as "endedAt",
  case when state < 'active' then start_after end as "dueAt"`;

/** The transaction's tenant's jobs; row level security says the same. */
const ofTenant = sql`data ->> 'tenantId' = platform.current_tenant()::text`;

/** Newest first. The position keeps the microseconds that a Date would lose. */
export async function listJobs(
  transaction: TenantTransaction,
  queues: readonly string[],
  { queue, state }: JobFilter,
  after: JobPosition | null,
  limit: number,
): Promise<(JobRecord & { position: JobPosition })[]> {
  const conditions: RawBuilder<unknown>[] = [
    ofTenant,
    queue === undefined ? sql`name = any(${[...queues]}::text[])` : sql`name = ${queue}`,
    ...(state ? [sql`state = ${sql.lit(PG_BOSS_STATES[state])}::jobs.job_state`] : []),
    ...(after ? [sql`(created_on, id) < (${after.createdAt}::timestamptz, ${after.id}::uuid)`] : []),
  ];
  const { rows } = await sql<JobRecord & { exactly: string }>`
    select ${columns}, to_char(created_on at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as exactly
    from jobs.job where ${sql.join(conditions, sql` and `)}
    order by created_on desc, id desc limit ${limit}`.execute(transaction);
  return rows.map(({ exactly, ...job }) => ({ ...job, position: { createdAt: exactly, id: job.id } }));
}

export async function findJob(
  transaction: TenantTransaction,
  queues: readonly string[],
  id: string,
): Promise<JobRecord | null> {
  const { rows } = await sql<JobRecord>`
    select ${columns} from jobs.job
    where ${ofTenant} and id = ${id}::uuid and name = any(${[...queues]}::text[])`.execute(transaction);
  return rows[0] ?? null;
}

/** Whether the dead letter's hook has yet to run: then it is too early to try the job again. */
export async function isBeingReported(
  transaction: TenantTransaction,
  id: string,
  deadQueue: string,
): Promise<boolean> {
  const { rows } = await sql`
    select 1 from jobs.job
    where name = ${deadQueue} and source_id = ${id}::uuid and state < 'completed'`.execute(transaction);
  return rows.length > 0;
}

/** Gives a dead job all its attempts again. False when it is not dead (any more). */
export async function revive(transaction: TenantTransaction, id: string, queue: string): Promise<boolean> {
  const { rows } = await sql`
    update jobs.job set
      state = 'retry', start_after = now(), completed_on = null,
      retry_limit = job.retry_count + 1 + queue.retry_limit,
      keep_until = now() + queue.retention_seconds * interval '1 second',
      deletion_seconds = queue.deletion_seconds
    from jobs.queue
    where queue.name = job.name and ${ofTenant}
      and job.name = ${queue} and job.id = ${id}::uuid and job.state = 'failed'
    returning job.id`.execute(transaction);
  return rows.length > 0;
}

/** Removes a dead job. False when it is not dead (any more). */
export async function removeDead(
  transaction: TenantTransaction,
  id: string,
  queue: string,
): Promise<boolean> {
  const { rows } = await sql`
    delete from jobs.job
    where ${ofTenant} and name = ${queue} and id = ${id}::uuid and state = 'failed'
    returning id`.execute(transaction);
  return rows.length > 0;
}

/** Exempts a dead job from pg-boss's own deletion of what ended long ago. */
export async function keepForever(database: Database, queue: string, id: string): Promise<void> {
  await sql`
    update jobs.job set deletion_seconds = 0
    where name = ${queue} and id = ${id}::uuid and state = 'failed'`.execute(
    database.system('the worker keeps dead letters of every tenant'),
  );
}

/**
 * Stores a running job's progress.
 * @returns false when this attempt does not hold the job any more; nothing was stored then
 */
export async function storeCheckpoint(
  database: Database,
  { queue, id, attempt }: { queue: string; id: string; attempt: number },
  progress: unknown,
): Promise<boolean> {
  const stored = JSON.stringify({ [CHECKPOINT]: progress });
  const { rows } = await sql`
    update jobs.job set data = data || ${stored}::text::jsonb, heartbeat_on = now()
    where name = ${queue} and id = ${id}::uuid and state = 'active' and retry_count = ${attempt - 1}
    returning id`.execute(database.system('the worker writes to the job that it holds'));
  return rows.length > 0;
}

/** How much work a queue has. */
export interface QueueCount {
  queue: string;
  queued: number;
  retrying: number;
  running: number;
  dead: number;
  /** When the job that has been due for the longest time became due; null when none is due. */
  oldestDueAt: Date | null;
}

/** Counts a tenant's jobs by queue. */
export function countTenantJobs(transaction: TenantTransaction): Promise<QueueCount[]> {
  return countJobs(transaction, ofTenant);
}

/** Counts every tenant's jobs by queue, for the platform's own telemetry. */
export function countAllJobs(database: Database): Promise<QueueCount[]> {
  return countJobs(database.system('the depth of the queues is that of all tenants'), sql`true`);
}

async function countJobs(
  kysely: TenantTransaction | ReturnType<Database['system']>,
  where: RawBuilder<unknown>,
): Promise<QueueCount[]> {
  const { rows } = await sql<QueueCount>`
    select name as queue,
      (count(*) filter (where state = 'created'))::int as queued,
      (count(*) filter (where state = 'retry'))::int as retrying,
      (count(*) filter (where state = 'active'))::int as running,
      (count(*) filter (where state = 'failed'))::int as dead,
      min(start_after) filter (where state < 'active' and start_after <= now()) as "oldestDueAt"
    from jobs.job where ${where} and state not in ('completed', 'cancelled') group by name`.execute(kysely);
  return rows;
}

/** The queues with a job that a worker may take now. */
export async function dueQueues(database: Database): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select name from jobs.queue
    where exists (
      select from jobs.job
      where job.name = queue.name and job.state < 'active' and not job.blocked and job.start_after <= now())`.execute(
    database.system('the queues whose workers are woken'),
  );
  return rows.map(({ name }) => name);
}

/** When the newest job of each of these queues was made that did not fail; a queue that has none is absent. */
export async function newestJobs(
  database: Database,
  queues: readonly string[],
): Promise<ReadonlyMap<string, Date>> {
  if (queues.length === 0) return new Map();
  const { rows } = await sql<{ name: string; newest: Date }>`
    select name, max(created_on) as newest from jobs.job
    where name in (${sql.join(queues)}) and state not in ('failed', 'cancelled') group by name`.execute(
    database.system('when work by the clock was last begun'),
  );
  return new Map(rows.map(({ name, newest }) => [name, newest]));
}
