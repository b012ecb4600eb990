import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { databaseKinds, type TestDatabase } from '../../../test/databases.ts';
import type { Database, TenantTransaction } from '../database/index.ts';
import { migrate } from '../database/migrate.ts';
import { createLog } from '../log.ts';
import { createJobs, type Jobs, JobTakenOver, PRIORITIES, type Queue } from './index.ts';
import type { JobFilter } from './store.ts';

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

  const owned = (n: number) => ({ n, tenantId: tenant });
  const own = (...numbers: number[]) =>
    database.withTenant(tenant, (transaction) => jobs.enqueue(transaction, 'work', numbers.map(owned)));
  const inTenant = <T>(work: (transaction: TenantTransaction) => Promise<T>, id = tenant) =>
    database.withTenant(id, work);
  const listed = (filter: JobFilter = {}, id = tenant) =>
    inTenant((transaction) => jobs.list(transaction, filter, null, 50), id);
  const theOnly = async () => {
    const [job] = await listed();
    if (!job) throw new Error('There is no job');
    return job;
  };
  const until = <T>(look: () => Promise<T>) => vi.waitFor(look, { timeout: 30_000, interval: 100 });

  test('takes jobs of a higher priority first, whenever they came', async () => {
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
        jobs.enqueue(transaction, 'work', [owned(n)], priority ? { priority } : {}),
      );
    }
    await jobs.stop(5_000);
    jobs = createJobs(database, settings);
    jobs.define<Work>({ ...queue(async ({ n }) => void done.push(n)), ...one });
    await jobs.start({ work: true });
    await until(async () => expect(done).toEqual([1, 2, 3]));
  });

  test('a worker of one class leaves the queues of the others alone', async () => {
    const done: string[] = [];
    for (const priority of PRIORITIES) {
      jobs.define<Work>({ ...queue(async () => void done.push(priority)), name: priority, priority });
    }
    await jobs.start({ work: true, priorities: ['high'] });
    await inTenant(async (transaction) => {
      for (const name of ['low', 'default', 'high']) await jobs.enqueue(transaction, name, [owned(1)]);
    });
    await until(async () => expect(done).toEqual(['high']));
    const counts = await inTenant((transaction) => jobs.count(transaction));
    expect(counts.map(({ queue: name, queued }) => [name, queued])).toEqual([
      ['high', 0],
      ['default', 1],
      ['low', 1],
    ]);
  });

  test('an attempt that takes longer than its queue allows is told so and tried again', async () => {
    const attempts: [number, boolean][] = [];
    jobs.define<Work>({
      ...queue(async (_work, { number, signal }) => {
        if (number === 1) await new Promise((resolve) => signal.addEventListener('abort', resolve));
        attempts.push([number, signal.aborted]);
      }),
      expireInSeconds: 1,
    });
    await jobs.start({ work: true });
    await own(1);
    await until(async () => expect((await theOnly()).state).toBe('completed'));
    expect(attempts).toEqual([
      [1, true],
      [2, false],
    ]);
  });

  test('a retry is handed what the last attempt reached', async () => {
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
    await own(1);
    await until(async () => expect((await theOnly()).state).toBe('completed'));
    expect(seen).toEqual([
      [owned(1), null],
      [owned(1), { page: 2 }],
    ]);
    expect(await theOnly()).toMatchObject({ data: owned(1), hasCheckpoint: true });
  });

  test('whoever takes over the job of a killed worker goes on where that was', async () => {
    const seen: unknown[] = [];
    const work = queue(async (_data, { progress }) => void seen.push(progress));
    jobs.define<Work>(work);
    await jobs.start({ work: false });
    await own(1);
    await jobs.stop(5_000);
    await database.close();
    const child = spawn(
      process.execPath,
      [fileURLToPath(new URL('../../../test/hanging-worker.ts', import.meta.url))],
      {
        env: { ...process.env, ...home.env },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    expect(String(line)).toBe('reached\n');
    child.kill('SIGKILL');
    await once(child, 'exit');
    database = await home.open();
    jobs = createJobs(database, settings);
    jobs.define<Work>(work);
    await jobs.start({ work: true });
    await vi.waitFor(() => expect(seen).toEqual([{ page: 3 }]), { timeout: 45_000, interval: 200 });
  });

  test('an attempt that lost its job can store no progress over that of its successor', async () => {
    const late: unknown[] = [];
    jobs.define<Work>({
      ...queue(async (_work, { number, signal, checkpoint }) => {
        if (number === 2) return checkpoint({ by: 2 });
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        await until(async () => expect((await theOnly()).state).toBe('completed'));
        late.push(await checkpoint({ by: 1 }).catch((error: unknown) => error));
      }),
      expireInSeconds: 1,
    });
    await jobs.start({ work: true });
    await own(1);
    await until(async () => expect(late).toHaveLength(1));
    expect(late[0]).toBeInstanceOf(JobTakenOver);
  });

  describe('a dead letter', () => {
    let dead: [number, string][];
    let fails: boolean;
    let handled: [number, unknown][];

    async function die(onRetry?: Queue<Work>['onRetry']) {
      [dead, handled, fails] = [[], [], true];
      jobs.define<Work>({
        ...queue(
          async ({ n }, { number, progress, checkpoint }) => {
            handled.push([number, progress]);
            await checkpoint({ reached: n });
            if (fails) throw new Error(`no luck\nwith ${n}`);
          },
          async ({ n }, reason) => void dead.push([n, reason]),
        ),
        ...(onRetry ? { onRetry } : {}),
      });
      await jobs.start({ work: true });
      await own(7);
      await until(async () => {
        expect(dead).toEqual([[7, 'no luck with 7']]);
        expect(await pendingReports()).toBe(0);
      });
      return theOnly();
    }
    const pendingReports = async () => {
      const { rows } = await sql<{ n: number }>`
        select count(*)::int as n from jobs.job where name = 'work.dead' and state < 'completed'`.execute(
        database.system('test'),
      );
      return rows[0]?.n;
    };

    test('is announced once and stays, with its reason, until somebody decides', async () => {
      const letter = await die();
      expect(letter).toMatchObject({
        queue: 'work',
        state: 'dead',
        attempts: 2,
        reason: 'no luck with 7',
        data: owned(7),
      });
      await sql`update jobs.job set completed_on = now() - interval '1 year'`.execute(
        database.system('test'),
      );
      await jobs.stop(5_000);
      jobs = createJobs(database, settings);
      jobs.define<Work>(
        queue(
          async () => {},
          async ({ n }, reason) => void dead.push([n, reason]),
        ),
      );
      await jobs.start({ work: true });
      await sql`update jobs.queue set maintain_on = null`.execute(database.system('test'));
      await until(async () => {
        const { rows } = await sql`select 1 from jobs.job where name = 'work.dead'`.execute(
          database.system('test'),
        );
        expect(rows).toEqual([]);
      });
      expect(await theOnly()).toMatchObject({ id: letter.id, state: 'dead' });
      expect(dead).toHaveLength(1);
    });

    test('that is retried has all its attempts again and goes on from its checkpoint', async () => {
      const undone: Work[] = [];
      const { id } = await die(async (_transaction, data) => void undone.push(data));
      fails = false;
      expect(await inTenant((transaction) => jobs.retry(transaction, id))).toBe('done');
      expect(await inTenant((transaction) => jobs.retry(transaction, id))).toBe('not dead');
      await until(async () => expect((await theOnly()).state).toBe('completed'));
      expect(undone).toEqual([owned(7)]);
      expect(handled).toEqual([
        [1, null],
        [2, { reached: 7 }],
        [3, { reached: 7 }],
      ]);
    });

    test('that dies again is announced again, after as many attempts as a new job has', async () => {
      const { id } = await die();
      await inTenant((transaction) => jobs.retry(transaction, id));
      await until(async () => expect(dead).toHaveLength(2));
      expect(handled.map(([number]) => number)).toEqual([1, 2, 3, 4]);
      expect(await theOnly()).toMatchObject({ id, state: 'dead' });
    });

    test('that is discarded is gone', async () => {
      const { id } = await die();
      expect(await inTenant((transaction) => jobs.discard(transaction, id))).toBe('done');
      expect(await listed()).toEqual([]);
      expect(await inTenant((transaction) => jobs.discard(transaction, id))).toBe('unknown');
    });

    test('of another tenant is unknown, and so is one that does not exist', async () => {
      const { id } = await die();
      const other = uuidv7();
      expect(await listed({}, other)).toEqual([]);
      for (const decide of [jobs.retry, jobs.discard]) {
        expect(await inTenant((transaction) => decide(transaction, id), other)).toBe('unknown');
        expect(await inTenant((transaction) => decide(transaction, uuidv7()))).toBe('unknown');
      }
      const read = sql`select id from jobs.job where data ->> 'tenantId' is not null`;
      expect((await inTenant((transaction) => read.execute(transaction), other)).rows).toEqual([]);
      expect((await inTenant((transaction) => read.execute(transaction))).rows).not.toEqual([]);
    });
  });

  test('a tenant cannot enqueue in the name of another', async () => {
    jobs.define<Work>(queue(async () => {}));
    await jobs.start({ work: false });
    const forged = { n: 1, tenantId: uuidv7() };
    await expect(inTenant((transaction) => jobs.enqueue(transaction, 'work', [forged]))).rejects.toThrow(
      'row-level security',
    );
  });
});
