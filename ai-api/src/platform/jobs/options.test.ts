import { v7 as uuidv7 } from 'uuid';
import { expect, test, vi } from 'vitest';
import { databaseKinds } from '../../../test/databases.ts';
import { createLog } from '../log.ts';
import { createJobs, type Queue } from './index.ts';

test.each(databaseKinds())('a queue has the options of the newest start, on $name', async ({ create }) => {
  const testDatabase = await create();
  const database = await testDatabase.open();
  const attempts: number[] = [];
  const dead: string[] = [];
  const queue: Queue<object> = {
    name: 'gives-up',
    concurrency: 1,
    retryLimit: 3,
    retryDelay: 60,
    retryDelayMax: 60,
    expireInSeconds: 60,
    handle: async (_data, { number }) => {
      attempts.push(number);
      throw new Error('It fails.');
    },
    onDead: async (_data, reason) => void dead.push(reason),
  };
  const start = async (given: Queue<object>, work: boolean) => {
    const jobs = createJobs(database, { heartbeatSeconds: 10, log: createLog('silent') });
    jobs.define(given);
    await jobs.start({ work });
    return jobs;
  };
  try {
    await (await start(queue, false)).stop(5_000);
    const jobs = await start({ ...queue, retryLimit: 0 }, true);
    try {
      await database.withTenant(uuidv7(), (transaction) => jobs.enqueue(transaction, queue.name, [{}]));
      await vi.waitFor(() => expect(dead).toEqual(['It fails.']), { timeout: 30_000, interval: 100 });
      expect(attempts).toEqual([1]);
    } finally {
      await jobs.stop(5_000);
    }
  } finally {
    await database.close();
    await testDatabase.remove();
  }
});
