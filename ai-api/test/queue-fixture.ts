import { v7 as uuidv7 } from 'uuid';
import { type TestContext, vi } from 'vitest';
import type { Database, TenantTransaction } from '../src/platform/database/index.ts';
import { createJobs, type Jobs, type Queue } from '../src/platform/jobs/index.ts';
import type { JobFilter } from '../src/platform/jobs/store.ts';
import { createLog } from '../src/platform/log.ts';

const settings = { heartbeatSeconds: 10, log: createLog('silent') };

export interface Work {
  n: number;
}

let fixtures = 0;

/** A tenant and the name of a queue that no other test uses, so that all tests share one database. */
export function createFixture(database: Database, { onTestFinished }: TestContext) {
  const tenant = uuidv7();
  const name = `work-${++fixtures}`;

  /** One process' job queue. */
  function open(): Jobs {
    const jobs = createJobs(database, settings);
    onTestFinished(() => jobs.stop(5_000));
    return jobs;
  }
  const jobs = open();
  const queue = (
    handle: Queue<Work>['handle'],
    onDead: Queue<Work>['onDead'] = async () => {},
  ): Queue<Work> => ({
    name,
    concurrency: 4,
    retryLimit: 1,
    retryDelay: 1,
    retryDelayMax: 1,
    expireInSeconds: 60,
    handle,
    onDead,
  });
  const inTenant = <T>(work: (transaction: TenantTransaction) => Promise<T>, id = tenant) =>
    database.withTenant(id, work);
  const owned = (n: number) => ({ n, tenantId: tenant });
  const listed = (filter: JobFilter = {}, id = tenant) =>
    inTenant((transaction) => jobs.list(transaction, filter, null, 50), id);
  return {
    jobs,
    name,
    open,
    queue,
    inTenant,
    owned,
    listed,
    /** Enqueues jobs of the platform, which belong to no tenant. */
    enqueue: (...numbers: number[]) =>
      inTenant((transaction) =>
        jobs.enqueue(
          transaction,
          name,
          numbers.map((n) => ({ n })),
        ),
      ),
    /** Enqueues jobs of the tenant. */
    enqueueOwned: (...numbers: number[]) =>
      inTenant((transaction) => jobs.enqueue(transaction, name, numbers.map(owned))),
    theOnlyJob: async () => {
      const [job] = await listed();
      if (!job) throw new Error('There is no job');
      return job;
    },
  };
}

export const until = <T>(look: () => Promise<T>) => vi.waitFor(look, { timeout: 45_000, interval: 100 });
