import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import {
  type Db,
  fromKysely,
  type JobResult,
  type JobWithMetadata,
  PgBoss,
  type Queue as PgBossQueue,
  type QueueResult,
} from 'pg-boss';
import type { Logger } from 'pino';
import type { Database, TenantTransaction } from '../database/index.ts';
import { type TraceHeaders, type Tracing, traceHeaders } from '../telemetry/tracing/index.ts';
import { createJobDesk, type JobDesk } from './admin.ts';
import { failureOf, reasonOf } from './failure.ts';
import { type RoomWatch, watchRoom } from './room.ts';
import { beginSchedules, type Scheduled, scheduledQueue } from './scheduled.ts';
import { CHECKPOINT, dueQueues, keepForever, storeCheckpoint, TRACE } from './store.ts';
import { JOB_SCHEMA, letOneWait, openToTenants } from './tables.ts';

/** Which jobs go first. A worker process takes all classes by default. */
export const PRIORITIES = ['high', 'default', 'low'] as const;
export type Priority = (typeof PRIORITIES)[number];

/** Within one queue, jobs of a higher number are taken first. */
const RANK = { high: 10, default: 0, low: -10 } as const satisfies Record<Priority, number>;

/** Work that must not be lost: handled at least once, by any worker process. */
export interface Queue<Data extends object, Progress = unknown> {
  name: string;
  /** Defaults to `default`: the class of the queue's workers and of jobs that do not say their own. */
  priority?: Priority;
  /** Jobs at once in one process. */
  concurrency: number;
  /** Jobs that one of its workers takes at once and handles concurrently. Defaults to 1. */
  batch?: number;
  /** Jobs of one company at once, in all processes together. Defaults to no limit. */
  perCompany?: number;
  retryLimit: number;
  /** Seconds before the first retry; it doubles with each one. */
  retryDelay: number;
  retryDelayMax: number;
  /** Seconds that one attempt may take; its signal is then aborted and the job is tried again. */
  expireInSeconds: number;
  /** Its jobs free space: they are also taken while there is no room. Defaults to false. */
  freesSpace?: boolean;
  handle(data: Data, attempt: Attempt<Progress>): Promise<void>;
  /**
   * Called once when the last retry failed; again only when the process died in the middle of it. The dead
   * letter stays until it is retried or discarded.
   */
  onDead(data: Data, reason: string): Promise<void>;
  /** Called in the transaction that gives a dead letter its attempts back, to undo what `onDead` did. */
  onRetry?(transaction: TenantTransaction, data: Data): Promise<void>;
}

/** What a handler knows about this try, and what a long job reports. */
export interface Attempt<Progress = unknown> {
  /** 1 for the first. */
  number: number;
  signal: AbortSignal;
  /** What the last attempt that called `checkpoint` passed to it; null when none did. */
  progress: Progress | null;
  /**
   * Stores how far the job is, for the worker that continues it.
   * @throws {JobTakenOver} when another worker holds the job by now
   */
  checkpoint(progress: Progress): Promise<void>;
}

/** This attempt ran out of time or was taken for dead, and another one has the job. */
export class JobTakenOver extends Error {
  constructor(queue: string) {
    super(`Another worker has taken over this job of ${queue}`);
    this.name = 'JobTakenOver';
  }
}

/** What became of one attempt: `failed` will be tried again, `dead` will not. */
export type AttemptOutcome = 'completed' | 'failed' | 'dead';

export interface Jobs extends JobDesk {
  readonly driver: 'pg-boss';
  /** Declares a queue; before `start`. */
  define<Data extends object, Progress = unknown>(queue: Queue<Data, Progress>): void;
  /** Declares work that one worker of the installation does again and again; before `start`. */
  schedule(task: Scheduled): void;
  /** Enqueues with the transaction: the jobs exist if and only if it commits. */
  enqueue<Data extends object>(
    transaction: TenantTransaction,
    queue: string,
    jobs: Data[],
    options?: { priority?: Priority; startAfterSeconds?: number },
  ): Promise<void>;
  /** Creates the queues; with `work`, also starts to handle those of the `priorities` (defaults to all). */
  start(options: { work: boolean; priorities?: readonly Priority[] }): Promise<void>;
  /** Rejects when the queue does not answer. */
  ping(): Promise<void>;
  /** Lets running jobs end (at most `timeoutMs`); what does not end is taken up again later. */
  stop(timeoutMs: number): Promise<void>;
}

interface Settings {
  heartbeatSeconds: number;
  log: Logger;
  /** Told of every attempt that ended, with its duration. */
  onAttempt?: (queue: string, outcome: AttemptOutcome, seconds: number) => void;
  tracing?: Tracing | null;
  /** Whether there is no room for what jobs write: then none is taken. */
  isLow?: () => boolean;
}

/** What a queue can change after it was created. */
type QueueOptions = Omit<PgBossQueue, 'name' | 'policy' | 'partition'>;

/** A letter is reported for half an hour while what its hook needs is away; it is kept all the same. */
const REPORT = { retryLimit: 10, retryDelay: 5, retryBackoff: true, retryDelayMax: 300, notify: true };

/** How often one look finds what became due without a notification: retries, delayed jobs, letters. */
const DUE_MS = 500;

/** The queue on pg-boss, in the same database as everything else. */
export function createJobs(
  database: Database,
  { heartbeatSeconds, log, onAttempt, tracing, isLow = () => false }: Settings,
): Jobs {
  const boss = new PgBoss({
    ...database.queue,
    schema: JOB_SCHEMA,
    useListenNotify: true,
    superviseIntervalSeconds: 5,
    maintenanceIntervalSeconds: 60,
    monitorIntervalSeconds: 5,
  });
  const queues = new Map<string, Queue<object>>();
  const scheduled = new Map<string, Scheduled>();
  /** The workers of each queue that this process works. */
  const workers = new Map<string, string[]>();
  const stopped = new AbortController();
  let waking: Promise<void> | undefined;
  let started = false;
  let watch: RoomWatch | undefined;
  boss.on('error', (error) => log.error({ err: error }, 'job queue'));

  /** Creates the queues that are missing, and changes those whose options are others. */
  async function prepareQueues(): Promise<void> {
    const stored = new Map((await boss.getQueues()).map((queue) => [queue.name, queue]));
    for (const queue of queues.values()) {
      await prepare(deadLetter(queue.name), REPORT, stored);
      await prepare(queue.name, optionsOf(queue, heartbeatSeconds), stored);
    }
  }

  async function prepare(
    name: string,
    options: QueueOptions,
    stored: ReadonlyMap<string, QueueResult>,
  ): Promise<void> {
    const found = stored.get(name);
    if (found && isSame(found, options)) return;
    if (found) await boss.updateQueue(name, options);
    else await boss.createQueue(name, options);
    await fillCache(name);
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
      await poll(queue.name, (job) => attempt(queue, job), queue.batch, queue.perCompany);
    }
    await poll(deadLetter(queue.name), (job) => report(queue, job));
  }

  async function rest({ name }: Queue<object>): Promise<void> {
    const names = [name, deadLetter(name)];
    await Promise.all(names.map((one) => boss.offWork(one)));
    for (const one of names) workers.delete(one);
  }

  async function attempt(queue: Queue<object>, job: JobWithMetadata<object>): Promise<void> {
    const number = job.retryCount + 1;
    const { [CHECKPOINT]: progress = null, [TRACE]: carried, ...data } = dataOf(job);
    const began = performance.now();
    const ended = (outcome: AttemptOutcome) =>
      onAttempt?.(queue.name, outcome, (performance.now() - began) / 1000);
    const checkpoint = async (reached: unknown) => {
      const held = { queue: queue.name, id: job.id, attempt: number };
      if (!(await storeCheckpoint(database, held, reached))) throw new JobTakenOver(queue.name);
    };
    try {
      const handle = () => queue.handle(data, { number, signal: job.signal, progress, checkpoint });
      await (tracing ? tracing.job(queue.name, (carried ?? {}) as TraceHeaders, handle) : handle());
      ended(job.signal.aborted ? 'failed' : 'completed');
    } catch (error) {
      const outcome = job.retryCount < job.retryLimit ? 'failed' : 'dead';
      ended(outcome);
      const { tenantId } = data;
      log.warn(
        { err: error, queue: queue.name, jobId: job.id, tenantId, attempt: number, outcome },
        'job failed',
      );
      throw failureOf(error);
    }
  }

  /** The letter is stored before it is announced, so that what was announced can be inspected. */
  async function report(queue: Queue<object>, letter: JobWithMetadata<object>): Promise<void> {
    if (letter.sourceId) await keepForever(database, queue.name, letter.sourceId);
    const { [CHECKPOINT]: _progress, [TRACE]: _trace, ...data } = dataOf(letter);
    await queue.onDead(data, reasonOf(letter.sourceOutput));
  }

  /**
   * One worker: takes the next job as soon as it ended one, and rests only when there is none. Between jobs
   * it gives way to the event loop: the embedded database answers within one turn of it, so that a long
   * queue would otherwise keep every request and timer waiting to its end.
   */
  async function poll(
    name: string,
    handle: (job: JobWithMetadata<object>) => Promise<void>,
    batchSize = 1,
    perCompany?: number,
  ): Promise<void> {
    const options = {
      pollingIntervalSeconds: 0.5,
      notifyPollingIntervalSeconds: 60,
      includeMetadata: true,
      perJobResults: true,
      batchSize,
      ...(perCompany === undefined ? {} : { groupConcurrency: perCompany }),
    } as const;
    const worker = await boss.work(name, options, async (jobs: JobWithMetadata<object>[]) => {
      try {
        await nextTurn();
        return await Promise.all(jobs.map((job) => resultOf(job, handle)));
      } finally {
        boss.notifyWorker(worker);
      }
    });
    workers.set(name, [...(workers.get(name) ?? []), worker]);
  }

  /** Wakes the workers of queues with jobs that are due: one statement in place of one for each worker. */
  async function wakeWorkers(): Promise<void> {
    let isAway = false;
    while (!stopped.signal.aborted) {
      try {
        for (const name of await dueQueues(database))
          for (const worker of workers.get(name) ?? []) boss.notifyWorker(worker);
        isAway = false;
      } catch (error) {
        if (!isAway) log.error({ err: error }, 'job queue');
        isAway = true;
      }
      await delay(DUE_MS, undefined, { signal: stopped.signal }).catch(() => {});
    }
  }

  /** Lets running jobs end, for so long. A graceful stop of pg-boss would look only twice a second whether they have. */
  async function endWorkers(timeoutMs: number): Promise<void> {
    const ended = Promise.all([waking, ...[...workers.keys()].map((name) => boss.offWork(name))]);
    const waiting = new AbortController();
    const late = delay(timeoutMs, undefined, { signal: waiting.signal }).catch(() => {});
    try {
      await Promise.race([ended, late]);
    } finally {
      waiting.abort();
    }
  }

  return {
    driver: 'pg-boss',
    ...createJobDesk(database, queues, deadLetter),
    define: (queue) => {
      if (started) throw new Error(`Queue ${queue.name} is defined after the start`);
      queues.set(queue.name, queue as unknown as Queue<object>);
    },
    schedule: (task) => {
      scheduled.set(task.name, task);
      queues.set(task.name, scheduledQueue(task));
    },
    enqueue: async (transaction, name, jobs, options) => {
      const db: Db = fromKysely(transaction);
      const priority = RANK[options?.priority ?? queues.get(name)?.priority ?? 'default'];
      const carried = traceHeaders();
      const more = carried.traceparent ? { [TRACE]: carried } : {};
      const isGrouped = queues.get(name)?.perCompany !== undefined;
      await boss.insert(
        name,
        jobs.map((data) => ({
          data: { ...data, ...more },
          priority,
          startAfter: options?.startAfterSeconds ?? 0,
          ...(isGrouped ? { group: { id: (data as { tenantId: string }).tenantId } } : {}),
        })),
        { db },
      );
    },
    start: async ({ work: working, priorities = PRIORITIES }) => {
      started = true;
      await boss.start();
      await openToTenants(database);
      await prepareQueues();
      await letOneWait(database, [...scheduled.keys()]);
      if (!working) return;
      const ours = [...queues.values()].filter(({ priority = 'default' }) => priorities.includes(priority));
      watch = watchRoom(
        isLow,
        ours.map((queue) => ({
          needsRoom: !queue.freesSpace,
          begin: () => work(queue),
          end: () => rest(queue),
        })),
        (err) => log.error({ err }, 'job queue'),
      );
      await watch.start();
      await beginSchedules(boss, database, [...scheduled.values()]);
      waking = wakeWorkers();
    },
    ping: async () => {
      await boss.getQueues();
    },
    stop: async (timeoutMs) => {
      watch?.stop();
      stopped.abort();
      await endWorkers(timeoutMs);
      // What has not ended by now is failed, and taken up again.
      await boss.stop({ graceful: false, close: true });
    },
  };
}

/** What a job carries; nothing where the clock of pg-boss made it. */
function dataOf({ data }: Pick<JobWithMetadata<object | null>, 'data'>): Record<string, unknown> {
  return { ...data };
}

function optionsOf(queue: Queue<object>, heartbeatSeconds: number): QueueOptions {
  return {
    deadLetter: deadLetter(queue.name),
    retryLimit: queue.retryLimit,
    retryDelay: queue.retryDelay,
    retryBackoff: true,
    retryDelayMax: queue.retryDelayMax,
    expireInSeconds: queue.expireInSeconds,
    heartbeatSeconds,
    notify: true,
  };
}

function isSame(stored: QueueResult, options: QueueOptions): boolean {
  const held = stored as unknown as Record<string, unknown>;
  return Object.entries(options).every(([name, value]) => held[name] === value);
}

/** What became of one job of a batch, whose others go on. */
async function resultOf(
  job: JobWithMetadata<object>,
  handle: (job: JobWithMetadata<object>) => Promise<void>,
): Promise<JobResult> {
  try {
    await handle(job);
    return { id: job.id, status: 'completed' };
  } catch (error) {
    return { id: job.id, status: 'failed', output: error as object };
  }
}

function deadLetter(queue: string): string {
  return `${queue}.dead`;
}
