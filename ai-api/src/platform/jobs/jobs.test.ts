import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, type TestContext, test, vi } from 'vitest';
import { databaseKinds, type TestDatabase } from '../../../test/databases.ts';
import type { Database, TenantTransaction } from '../database/index.ts';
import { createLog } from '../log.ts';
import { createJobs, type Jobs, JobTakenOver, PRIORITIES, type Queue } from './index.ts';
import type { JobFilter } from './store.ts';

const settings = { heartbeatSeconds: 10, log: createLog('silent') };

interface Work {
  n: number;
}

let fixtures = 0;

/** A tenant and the name of a queue that no other test uses, so that all tests share one database. */
function createFixture(database: Database, { onTestFinished }: TestContext) {
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

const until = <T>(look: () => Promise<T>) => vi.waitFor(look, { timeout: 45_000, interval: 100 });

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

  describe('a dead letter', () => {
    /** Lets a job use up its attempts, and waits until that is reported. */
    async function die(context: TestContext, onRetry?: Queue<Work>['onRetry']) {
      const fixture = createFixture(database, context);
      const { jobs, name, queue, enqueueOwned, theOnlyJob } = fixture;
      const dead: [number, string][] = [];
      const handled: [number, unknown][] = [];
      const state = { fails: true };
      jobs.define<Work>({
        ...queue(
          async ({ n }, { number, progress, checkpoint }) => {
            handled.push([number, progress]);
            await checkpoint({ reached: n });
            if (state.fails) throw new Error(`no luck\nwith ${n}`);
          },
          async ({ n }, reason) => void dead.push([n, reason]),
        ),
        ...(onRetry ? { onRetry } : {}),
      });
      await jobs.start({ work: true });
      await enqueueOwned(7);
      await until(async () => {
        expect(dead).toEqual([[7, 'no luck with 7']]);
        expect(await pendingReports(name)).toBe(0);
      });
      return { ...fixture, dead, handled, state, letter: await theOnlyJob() };
    }
    async function pendingReports(name: string) {
      const { rows } = await sql<{ n: number }>`
        select count(*)::int as n from jobs.job where name = ${`${name}.dead`} and state < 'completed'`.execute(
        database.system('test'),
      );
      return rows[0]?.n;
    }

    test('is announced once and stays, with its reason, until it is retried or discarded', async (context) => {
      const { jobs, name, open, queue, owned, dead, letter, theOnlyJob } = await die(context);
      expect(letter).toMatchObject({
        queue: name,
        state: 'dead',
        attempts: 2,
        reason: 'no luck with 7',
        data: owned(7),
      });
      await sql`update jobs.job set completed_on = now() - interval '1 year'
                where name in (${name}, ${`${name}.dead`})`.execute(database.system('test'));
      await jobs.stop(5_000);
      const next = open();
      next.define<Work>(
        queue(
          async () => {},
          async ({ n }, reason) => void dead.push([n, reason]),
        ),
      );
      await next.start({ work: true });
      await sql`update jobs.queue set maintain_on = null`.execute(database.system('test'));
      await until(async () => {
        const { rows } = await sql`select 1 from jobs.job where name = ${`${name}.dead`}`.execute(
          database.system('test'),
        );
        expect(rows).toEqual([]);
      });
      expect(await theOnlyJob()).toMatchObject({ id: letter.id, state: 'dead' });
      expect(dead).toHaveLength(1);
    });

    test('that is retried has all its attempts again and goes on from its checkpoint', async (context) => {
      const undone: Work[] = [];
      const { jobs, owned, inTenant, handled, state, letter, theOnlyJob } = await die(
        context,
        async (_transaction, data) => void undone.push(data),
      );
      state.fails = false;
      expect(await inTenant((transaction) => jobs.retry(transaction, letter.id))).toBe('done');
      expect(await inTenant((transaction) => jobs.retry(transaction, letter.id))).toBe('not dead');
      await until(async () => expect((await theOnlyJob()).state).toBe('completed'));
      expect(undone).toEqual([owned(7)]);
      expect(handled).toEqual([
        [1, null],
        [2, { reached: 7 }],
        [3, { reached: 7 }],
      ]);
    });

    test('that dies again is announced again, after as many attempts as a new job has', async (context) => {
      const { jobs, inTenant, dead, handled, letter, theOnlyJob } = await die(context);
      await inTenant((transaction) => jobs.retry(transaction, letter.id));
      await until(async () => expect(dead).toHaveLength(2));
      expect(handled.map(([number]) => number)).toEqual([1, 2, 3, 4]);
      expect(await theOnlyJob()).toMatchObject({ id: letter.id, state: 'dead' });
    });

    test('that is discarded is gone', async (context) => {
      const { jobs, inTenant, listed, letter } = await die(context);
      expect(await inTenant((transaction) => jobs.discard(transaction, letter.id))).toBe('done');
      expect(await listed()).toEqual([]);
      expect(await inTenant((transaction) => jobs.discard(transaction, letter.id))).toBe('unknown');
    });

    test('of another tenant is unknown, and so is one that does not exist', async (context) => {
      const { jobs, inTenant, listed, letter } = await die(context);
      const other = uuidv7();
      expect(await listed({}, other)).toEqual([]);
      for (const decide of [jobs.retry, jobs.discard]) {
        expect(await inTenant((transaction) => decide(transaction, letter.id), other)).toBe('unknown');
        expect(await inTenant((transaction) => decide(transaction, uuidv7()))).toBe('unknown');
      }
      const read = sql`select id from jobs.job where data ->> 'tenantId' is not null`;
      expect((await inTenant((transaction) => read.execute(transaction), other)).rows).toEqual([]);
      expect((await inTenant((transaction) => read.execute(transaction))).rows).not.toEqual([]);
    });
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

// The embedded database belongs to one process, so no other process can take over.
const servers = databaseKinds().filter(({ name }) => name === 'PostgreSQL');
const WORKER = fileURLToPath(new URL('../../../test/hanging-worker.ts', import.meta.url));

describe.each(servers)('the job of a killed worker on $name', ({ create }) => {
  test('is taken over by another, which goes on from the checkpoint', async (context) => {
    const testDatabase = await create();
    const database = await testDatabase.open();
    context.onTestFinished(async () => {
      await database.close();
      await testDatabase.remove();
    });
    const { jobs, name, open, queue, enqueueOwned } = createFixture(database, context);
    const seen: unknown[] = [];
    const work = queue(async (_data, { progress }) => void seen.push(progress));
    jobs.define<Work>(work);
    await jobs.start({ work: false });
    await enqueueOwned(1);
    const child = spawn(process.execPath, [WORKER], {
      env: { ...process.env, ...testDatabase.env, QUEUE: name },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    expect(String(line)).toBe('reached\n');
    child.kill('SIGKILL');
    await once(child, 'exit');
    const next = open();
    next.define<Work>(work);
    await next.start({ work: true });
    await until(async () => expect(seen).toEqual([{ page: 3 }]));
  });
});
