import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { databaseKinds, type TestDatabase } from '../../../test/databases.ts';
import { createFixture, until, type Work } from '../../../test/queue-fixture.ts';
import type { Database } from '../database/index.ts';
import type { Queue } from './index.ts';

/** Most of these tests wait for retries and time-outs, so they wait side by side. */
const options = { concurrent: true, timeout: 120_000 };

describe.each(databaseKinds())('a dead letter on $name', options, ({ create }) => {
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
