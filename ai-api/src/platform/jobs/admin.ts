import type { Database, TenantTransaction } from '../database/index.ts';
import {
  countAllJobs,
  countTenantJobs,
  findJob,
  isBeingReported,
  type JobFilter,
  type JobPosition,
  type JobRecord,
  listJobs,
  type QueueCount,
  removeDead,
  revive,
} from './store.ts';

/** What became of a wish about a dead letter. */
export type LetterAnswer = 'done' | 'unknown' | 'not dead' | 'being reported';

/** What people who look after the jobs see and may do; every call sees the transaction's tenant's jobs only. */
export interface JobDesk {
  /** The queues' names. */
  names(): string[];
  list(
    transaction: TenantTransaction,
    filter: JobFilter,
    after: JobPosition | null,
    limit: number,
  ): Promise<(JobRecord & { position: JobPosition })[]>;
  find(transaction: TenantTransaction, id: string): Promise<JobRecord | null>;
  /** Gives a dead letter all its attempts again; it goes on from its last checkpoint. */
  retry(transaction: TenantTransaction, id: string): Promise<LetterAnswer>;
  /** Removes a dead letter for good. */
  discard(transaction: TenantTransaction, id: string): Promise<LetterAnswer>;
  /** Every queue that is defined, also an empty one. */
  count(transaction: TenantTransaction): Promise<QueueCount[]>;
  /** The same over all tenants, for telemetry. */
  countAll(): Promise<QueueCount[]>;
}

interface Retryable {
  onRetry?(transaction: TenantTransaction, data: object): Promise<void>;
}

export function createJobDesk(
  database: Database,
  queues: ReadonlyMap<string, Retryable>,
  deadLetter: (queue: string) => string,
): JobDesk {
  const names = () => [...queues.keys()];
  const complete = (counts: QueueCount[]) => {
    const found = new Map(counts.map((count) => [count.queue, count]));
    const empty = { queued: 0, retrying: 0, running: 0, dead: 0, oldestDueAt: null };
    return names().map((queue) => found.get(queue) ?? { queue, ...empty });
  };
  return {
    names,
    list: (transaction, filter, after, limit) => listJobs(transaction, names(), filter, after, limit),
    find: (transaction, id) => findJob(transaction, names(), id),
    retry: async (transaction, id) => {
      const job = await findJob(transaction, names(), id);
      if (!job) return 'unknown';
      if (job.state !== 'dead') return 'not dead';
      if (await isBeingReported(transaction, id, deadLetter(job.queue))) return 'being reported';
      if (!(await revive(transaction, id, job.queue))) return 'not dead';
      await queues.get(job.queue)?.onRetry?.(transaction, job.data);
      return 'done';
    },
    discard: async (transaction, id) => {
      const job = await findJob(transaction, names(), id);
      if (!job) return 'unknown';
      return (await removeDead(transaction, id, job.queue)) ? 'done' : 'not dead';
    },
    count: async (transaction) => complete(await countTenantJobs(transaction)),
    countAll: async () => complete(await countAllJobs(database)),
  };
}
