import { v7 as uuidv7 } from 'uuid';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { databaseKinds, type TestDatabase } from '../../test/databases.ts';
import type { Database } from './database/index.ts';
import { migrate } from './database/migrate.ts';
import { createJobs, type Jobs, type Queue } from './jobs.ts';
import { createLog } from './log.ts';

const settings = { heartbeatSeconds: 10, log: createLog('silent') };
const tenant = uuidv7();

interface Work {
  n: number;
}

describe.each(databaseKinds())('the job queue on $name', ({ create }) => {
  let home: TestDatabase;
  let database: Database;
  let jobs: Jobs;

  beforeEach(async () => {
    home = await create();
    database = await home.open();
    await migrate(database.system('test'));
    jobs = createJobs(database, settings);
  });
  afterEach(async () => {
    await jobs.stop(5_000);
    await database.close();
    await home.remove();
  });

  const queue = (
    handle: Queue<Work>['handle'],
    onDead: Queue<Work>['onDead'] = async () => {},
  ): Queue<Work> => ({
    name: 'work',
    concurrency: 4,
    retryLimit: 1,
    retryDelay: 1,
    retryDelayMax: 1,
    expireInSeconds: 60,
    handle,
    onDead,
  });
  const enqueue = (...numbers: number[]) =>
    database.withTenant(tenant, (transaction) =>
      jobs.enqueue(
        transaction,
        'work',
        numbers.map((n) => ({ n })),
      ),
    );

  test('handles every job once, several at a time, never more than allowed', async () => {
    const done: number[] = [];
    let running = 0;
    let most = 0;
    jobs.define<Work>(
      queue(async ({ n }) => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, 20));
        running--;
        done.push(n);
      }),
    );
    await jobs.start({ work: true });
    await enqueue(...Array.from({ length: 40 }, (_, n) => n));
    await vi.waitFor(() => expect(done).toHaveLength(40), { timeout: 30_000 });
    expect(new Set(done).size).toBe(40);
    expect(most).toBeLessThanOrEqual(4);
    expect(most).toBeGreaterThan(1);
  });

  test('requests and timers have their turn while a long queue is worked off', async () => {
    const done: number[] = [];
    const seen = new Set<number>();
    jobs.define<Work>(
      queue(async ({ n }) => {
        await database.withTenant(tenant, async () => {});
        done.push(n);
      }),
    );
    await jobs.start({ work: true });
    await enqueue(...Array.from({ length: 60 }, (_, n) => n));
    while (done.length < 60) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      seen.add(done.length);
    }
    expect(seen.size).toBeGreaterThan(5);
  });

  test('jobs of a transaction that rolls back do not exist', async () => {
    const done: number[] = [];
    jobs.define<Work>(queue(async ({ n }) => void done.push(n)));
    await jobs.start({ work: true });
    await expect(
      database.withTenant(tenant, async (transaction) => {
        await jobs.enqueue(transaction, 'work', [{ n: 1 }]);
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    await enqueue(2);
    await vi.waitFor(() => expect(done).toEqual([2]), { timeout: 20_000 });
  });

  test('a failing job is tried again, then handed over as dead with its reason', async () => {
    const attempts: number[] = [];
    const dead: [number, string][] = [];
    jobs.define<Work>(
      queue(
        async (_work, { number }) => {
          attempts.push(number);
          throw new Error(`attempt ${number} failed`);
        },
        async ({ n }, reason) => void dead.push([n, reason]),
      ),
    );
    await jobs.start({ work: true });
    await enqueue(7);
    await vi.waitFor(() => expect(dead).toEqual([[7, 'attempt 2 failed']]), { timeout: 30_000 });
    expect(attempts).toEqual([1, 2]);
  });

  test('a process without workers leaves the jobs to others', async () => {
    const done: number[] = [];
    jobs.define<Work>(queue(async ({ n }) => void done.push(n)));
    await jobs.start({ work: false });
    await enqueue(1);
    await jobs.ping();
    expect(done).toEqual([]);
  });
});
