import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { databaseKinds, type TestDatabase } from '../../../test/databases.ts';
import { createFixture, until, type Work } from '../../../test/queue-fixture.ts';
import type { Database } from '../database/index.ts';
import { type Jobs, JobTakenOver, PRIORITIES } from './index.ts';

/** Most of these tests wait for retries and time-outs, so they wait side by side. */
const options = { concurrent: true, timeout: 120_000 };

describe.each(databaseKinds())('the job queue on $name', options, ({ create }) => {
  let testDatabase: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    testDatabase = await create();
    database = await testDatabase.open();
  });
  afterAll(async () => {
    await database.close();
    await testDatabase.remove();
  });

  test('handles every job once, several at a time, never more than allowed', async (context) => {
    const { jobs, queue, enqueue } = createFixture(database, context);
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
    await until(async () => expect(done).toHaveLength(40));
    expect(new Set(done).size).toBe(40);
    expect(most).toBeLessThanOrEqual(4);
    expect(most).toBeGreaterThan(1);
  });

  test('requests and timers have their turn while a long queue is worked off', async (context) => {
    const { jobs, queue, enqueue, inTenant } = createFixture(database, context);
    const done: number[] = [];
    const seen = new Set<number>();
    jobs.define<Work>(
      queue(async ({ n }) => {
        await inTenant(async () => {});
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

  test('jobs of a transaction that rolls back do not exist', async (context) => {
    const { jobs, name, queue, enqueue, inTenant } = createFixture(database, context);
    const done: number[] = [];
    jobs.define<Work>(queue(async ({ n }) => void done.push(n)));
    await jobs.start({ work: true });
    await expect(
      inTenant(async (transaction) => {
        await jobs.enqueue(transaction, name, [{ n: 1 }]);
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    await enqueue(2);
    await until(async () => expect(done).toEqual([2]));
  });

  test('a failing job is tried again, then handed over as dead with its reason', async (context) => {
    const { jobs, queue, enqueue } = createFixture(database, context);
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
    await until(async () => expect(dead).toEqual([[7, 'attempt 2 failed']]));
    expect(attempts).toEqual([1, 2]);
  });

  test('a process without workers leaves the jobs to others', async (context) => {
    const { jobs, queue, enqueue } = createFixture(database, context);
    const done: number[] = [];
    jobs.define<Work>(queue(async ({ n }) => void done.push(n)));
    await jobs.start({ work: false });
    await enqueue(1);
    await jobs.ping();
    expect(done).toEqual([]);
  });

  test('takes jobs of a higher priority first, whenever they came', async (context) => {
    const { jobs, name, open, queue, inTenant, owned } = createFixture(database, context);
    const done: number[] = [];
    const one = { concurrency: 1, priority: 'low' as const };
    jobs.define<Work>({ ...queue(async ({ n }) => void done.push(n)), ...one });
    await jobs.start({ work: false });
    for (const [n, priority] of [
      [3, undefined],
      [2, 'default'],
      [1, 'high'],
    ] as const) {
      await inTenant((transaction) =>
        jobs.enqueue(transaction, name, [owned(n)], priority ? { priority } : {}),
      );
    }
    const worker = open();
    worker.define<Work>({ ...queue(async ({ n }) => void done.push(n)), ...one });
    await worker.start({ work: true });
    await until(async () => expect(done).toEqual([1, 2, 3]));
  });

  test('a worker of one class leaves the queues of the others alone', async (context) => {
    const { jobs, name, queue, inTenant, owned } = createFixture(database, context);
    const done: string[] = [];
    const nameOf = (priority: string) => `${name}-${priority}`;
    for (const priority of PRIORITIES)
      jobs.define<Work>({
        ...queue(async () => void done.push(priority)),
        name: nameOf(priority),
        priority,
      });
    await jobs.start({ work: true, priorities: ['high'] });
    await inTenant(async (transaction) => {
      for (const priority of ['low', 'default', 'high'])
        await jobs.enqueue(transaction, nameOf(priority), [owned(1)]);
    });
    await until(async () => expect(done).toEqual(['high']));
    const counts = await inTenant((transaction) => jobs.count(transaction));
    expect(counts.map(({ queue: counted, queued }) => [counted, queued])).toEqual([
      [nameOf('high'), 0],
      [nameOf('default'), 1],
      [nameOf('low'), 1],
    ]);
  });

  test('an attempt that takes longer than its queue allows is notified and tried again', async (context) => {
    const { jobs, queue, enqueueOwned, theOnlyJob } = createFixture(database, context);
    const attempts: [number, boolean][] = [];
    jobs.define<Work>({
      ...queue(async (_work, { number, signal }) => {
        if (number === 1) await new Promise((resolve) => signal.addEventListener('abort', resolve));
        attempts.push([number, signal.aborted]);
      }),
      expireInSeconds: 1,
    });
    await jobs.start({ work: true });
    await enqueueOwned(1);
    await until(async () => expect((await theOnlyJob()).state).toBe('completed'));
    expect(attempts).toEqual([
      [1, true],
      [2, false],
    ]);
  });

  test('a retry is handed what the last attempt reached', async (context) => {
    const { jobs, queue, owned, enqueueOwned, theOnlyJob } = createFixture(database, context);
    const seen: unknown[] = [];
    jobs.define<Work>(
      queue(async (data, { number, progress, checkpoint }) => {
        seen.push([data, progress]);
        if (number > 1) return;
        await checkpoint({ page: 1 });
        await checkpoint({ page: 2 });
        throw new Error('the machine is tired');
      }),
    );
    await jobs.start({ work: true });
    await enqueueOwned(1);
    await until(async () => expect((await theOnlyJob()).state).toBe('completed'));
    expect(seen).toEqual([
      [owned(1), null],
      [owned(1), { page: 2 }],
    ]);
    expect(await theOnlyJob()).toMatchObject({ data: owned(1), hasCheckpoint: true });
  });

  test('an attempt that lost its job can store no progress over that of its successor', async (context) => {
    const { jobs, queue, enqueueOwned, theOnlyJob } = createFixture(database, context);
    const late: unknown[] = [];
    jobs.define<Work>({
      ...queue(async (_work, { number, signal, checkpoint }) => {
        if (number === 2) return checkpoint({ by: 2 });
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        await until(async () => expect((await theOnlyJob()).state).toBe('completed'));
        late.push(await checkpoint({ by: 1 }).catch((error: unknown) => error));
      }),
      expireInSeconds: 1,
    });
    await jobs.start({ work: true });
    await enqueueOwned(1);
    await until(async () => expect(late).toHaveLength(1));
    expect(late[0]).toBeInstanceOf(JobTakenOver);
  });

  test('work by the clock waits once, however often it is due while every worker is away', async (context) => {
    const { jobs, name, enqueue } = createFixture(database, context);
    jobs.schedule({ name, cron: '0 0 1 1 *', run: async () => {} });
    await jobs.start({ work: false });
    for (const n of [1, 2, 3]) await enqueue(n);
    const { rows } = await sql`select data from jobs.job where name = ${name}`.execute(
      database.system('the test looks behind the queue'),
    );
    expect(rows).toEqual([{ data: { n: 1 } }]);
  });

  test('work by the clock is done by the job that the clock makes, which carries no data', async (context) => {
    const { jobs, name } = createFixture(database, context);
    let runs = 0;
    jobs.schedule({
      name,
      cron: '0 0 1 1 *',
      run: async () => {
        runs += 1;
      },
    });
    await jobs.start({ work: true });
    await until(async () => expect(runs).toBe(1));
    // As the clock of pg-boss does it; a start gives its job an empty object.
    await sql`insert into jobs.job (name, data) values (${name}, null)`.execute(
      database.system('the test does what the clock does'),
    );
    await until(async () => expect(runs).toBe(2));
  });

  test('work by the clock is done at a start where a time has passed without it', async (context) => {
    const { jobs, name, open } = createFixture(database, context);
    const kysely = database.system('the test looks behind the queue');
    const states = async () => {
      const { rows } = await sql<{ state: string }>`select state from jobs.job where name = ${name}`.execute(
        kysely,
      );
      return rows.map(({ state }) => state);
    };
    /** How many jobs there are once another worker has started and all are done. */
    const afterStart = async (worker: Jobs, atStart = false) => {
      // One start a minute begins it, so that many workers at once do not; here a minute is over.
      await sql`update jobs.job_common set singleton_on = null where name = ${name}`.execute(kysely);
      worker.schedule({ name, cron: '0 0 1 1 *', atStart, run: async () => {} });
      await worker.start({ work: true });
      const isOver = (state: string) => state === 'completed' || state === 'failed';
      await until(async () => expect((await states()).every(isOver)).toBe(true));
      return (await states()).length;
    };
    expect(await afterStart(jobs)).toBe(1);
    expect(await afterStart(open())).toBe(1);
    await sql`
      update jobs.job_common set created_on = created_on - interval '400 days' where name = ${name}`.execute(
      kysely,
    );
    expect(await afterStart(open())).toBe(2);
    expect(await afterStart(open(), true)).toBe(3);
    await sql`update jobs.job_common set state = 'failed' where name = ${name}`.execute(kysely);
    expect(await afterStart(open())).toBe(4);
  });

  test('a tenant cannot enqueue in the name of another', async (context) => {
    const { jobs, name, queue, inTenant } = createFixture(database, context);
    jobs.define<Work>(queue(async () => {}));
    await jobs.start({ work: false });
    const forged = { n: 1, tenantId: uuidv7() };
    await expect(inTenant((transaction) => jobs.enqueue(transaction, name, [forged]))).rejects.toThrow(
      'row-level security',
    );
  });
});
