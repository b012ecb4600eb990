import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql } from 'kysely';
import { type Db, fromKysely, type JobWithMetadata, PgBoss } from 'pg-boss';
import type { Logger } from 'pino';
import { APP_ROLE, type Database, type TenantTransaction } from './database/index.ts';

/** Work that must not be lost: handled at least once, by any worker process. */
export interface Queue<Data extends object> {
  name: string;
  /** Jobs at once in one process. */
  concurrency: number;
  retryLimit: number;
  /** Seconds before the first retry; it doubles with each one. */
  retryDelay: number;
  retryDelayMax: number;
  /** Seconds that one attempt may take. */
  expireInSeconds: number;
  handle(data: Data, attempt: { number: number; signal: AbortSignal }): Promise<void>;
  /** Called once when the last retry failed. */
  onDead(data: Data, reason: string): Promise<void>;
}

export interface Jobs {
  readonly driver: 'pg-boss';
  /** Declares a queue; before `start`. */
  define<Data extends object>(queue: Queue<Data>): void;
  /** Enqueues with the transaction: the jobs exist if and only if it commits. */
  enqueue<Data extends object>(transaction: TenantTransaction, queue: string, jobs: Data[]): Promise<void>;
  /** Creates the queues; with `work`, also starts to handle them. */
  start(options: { work: boolean }): Promise<void>;
  /** Rejects when the queue does not answer. */
  ping(): Promise<void>;
  /** Lets running jobs end (at most `timeoutMs`); what does not end is taken up again later. */
  stop(timeoutMs: number): Promise<void>;
}

interface Settings {
  heartbeatSeconds: number;
  log: Logger;
}

const SCHEMA = 'jobs';

/** The queue on pg-boss, in the same database as everything else. */
export function createJobs(database: Database, { heartbeatSeconds, log }: Settings): Jobs {
  const boss = new PgBoss({
    ...database.queue,
    schema: SCHEMA,
    useListenNotify: true,
    superviseIntervalSeconds: 5,
    maintenanceIntervalSeconds: 60,
    monitorIntervalSeconds: 5,
    schedule: false,
  });
  const queues = new Map<string, Queue<object>>();
  let started = false;
  boss.on('error', (error) => log.error({ err: error }, 'job queue'));

  async function prepare(queue: Queue<object>): Promise<void> {
    await boss.createQueue(deadLetter(queue.name));
    const options = {
      deadLetter: deadLetter(queue.name),
      retryLimit: queue.retryLimit,
      retryDelay: queue.retryDelay,
      retryBackoff: true,
      retryDelayMax: queue.retryDelayMax,
      expireInSeconds: queue.expireInSeconds,
      heartbeatSeconds,
      notify: true,
    };
    await boss.createQueue(queue.name, options);
    await boss.updateQueue(queue.name, options);
    await fillCache(queue.name);
  }

  /**
   * Makes pg-boss look the queue up now: a look-up during `enqueue` would wait for the transaction that it
   * is part of, for ever, on the single connection of the embedded database.
   */
  async function fillCache(name: string): Promise<void> {
    await boss.insert(name, []);
  }

  async function work(queue: Queue<object>): Promise<void> {
    for (let worker = 0; worker < queue.concurrency; worker++) {
      await poll(queue.name, (job) =>
        queue.handle(job.data, { number: job.retryCount + 1, signal: job.signal }),
      );
    }
    await poll(deadLetter(queue.name), (job) => queue.onDead(job.data, reasonOf(job)));
  }

  /**
   * One worker: takes the next job as soon as it ended one, and rests only when there is none. Between jobs
   * it gives way to the event loop: the embedded database answers within one turn of it, so that a long
   * queue would otherwise keep every request and timer waiting to its end.
   */
  async function poll(name: string, handle: (job: JobWithMetadata<object>) => Promise<void>): Promise<void> {
    const options = {
      pollingIntervalSeconds: 0.5,
      notifyPollingIntervalSeconds: 2,
      includeMetadata: true,
    } as const;
    const worker = await boss.work(name, options, async ([job]: JobWithMetadata<object>[]) => {
      if (!job) return;
      try {
        await nextTurn();
        await handle(job);
      } finally {
        boss.notifyWorker(worker);
      }
    });
  }

  return {
    driver: 'pg-boss',
    define: (queue) => {
      if (started) throw new Error(`Queue ${queue.name} is defined after the start`);
      queues.set(queue.name, queue as unknown as Queue<object>);
    },
    enqueue: async (transaction, name, jobs) => {
      const db: Db = fromKysely(transaction);
      await boss.insert(
        name,
        jobs.map((data) => ({ data })),
        { db },
      );
    },
    start: async (options) => {
      started = true;
      await boss.start();
      await grantToApp(database);
      for (const queue of queues.values()) await prepare(queue);
      if (options.work) for (const queue of queues.values()) await work(queue);
    },
    ping: async () => {
      await boss.getQueues();
    },
    stop: (timeoutMs) => boss.stop({ graceful: true, timeout: timeoutMs, close: true }),
  };
}

function deadLetter(queue: string): string {
  return `${queue}.dead`;
}

/** Why the job failed that this dead letter comes from. */
function reasonOf({ sourceOutput }: JobWithMetadata<object>): string {
  const message = (sourceOutput as { message?: unknown } | null)?.message;
  return typeof message === 'string' ? message : 'The job failed without a message';
}

/** Tenant transactions enqueue too. */
async function grantToApp(database: Database): Promise<void> {
  const kysely = database.system('grant the job tables to the application role');
  const schema = sql.id(SCHEMA);
  const role = sql.id(APP_ROLE);
  await sql`grant usage on schema ${schema} to ${role}`.execute(kysely);
  await sql`grant select, insert, update, delete on all tables in schema ${schema} to ${role}`.execute(
    kysely,
  );
  await sql`grant usage on all sequences in schema ${schema} to ${role}`.execute(kysely);
  await sql`grant execute on all functions in schema ${schema} to ${role}`.execute(kysely);
}
