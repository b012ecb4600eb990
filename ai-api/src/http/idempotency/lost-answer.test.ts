import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startApi, type TestApi, testEnvironment } from '../../../test/api.ts';
import { databaseKinds, type TestDatabase } from '../../../test/databases.ts';
import { builderRow } from '../../../test/people.ts';
import { startProcess } from '../../../test/process.ts';
import { problem } from '../../../test/runs.ts';
import type { Database } from '../../platform/database/index.ts';

const ENDPOINT = { url: 'http://127.0.0.1:9/hook', events: ['evaluation.run.completed' as const] };

/** Makes the statement that keeps an answer do something else. */
async function whenAnswerIsKept(database: Database, what: string): Promise<void> {
  const kysely = database.system('the test breaks what keeps answers');
  await sql`
    create function platform_http.in_trouble() returns trigger language plpgsql as ${sql.lit(`begin ${what} return new; end`)}`.execute(
    kysely,
  );
  await sql`
    create trigger in_trouble before update on platform_http.idempotency_keys for each row
    when (new.state = 'done') execute function platform_http.in_trouble()`.execute(kysely);
}

async function mendKeeping(database: Database): Promise<void> {
  await sql`drop function platform_http.in_trouble() cascade`.execute(database.system('the test mends it'));
}

const letLeasesEnd = (database: Database) =>
  sql`update platform_http.idempotency_keys set lease_until = now() - interval '1 second'`.execute(
    database.system('the test does not wait for the lease'),
  );

describe.each(databaseKinds())('a request whose answer was lost on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase);
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
  });

  test('is reported as lost when it is repeated, and does not act again', async () => {
    const key = { idempotencyKey: 'lost-1' };
    await whenAnswerIsKept(api.context.database, "raise exception 'out of order';");
    await api.client.webhook.create(ENDPOINT, key);
    await mendKeeping(api.context.database);
    expect(await problem(api.client.webhook.create(ENDPOINT, key))).toMatchObject({
      code: 'IDEMPOTENCY_IN_FLIGHT',
    });
    await letLeasesEnd(api.context.database);
    const lost = { status: 409, code: 'IDEMPOTENCY_ANSWER_LOST' };
    expect(await problem(api.client.webhook.create(ENDPOINT, key))).toEqual(lost);
    expect(await problem(api.client.webhook.create(ENDPOINT, key))).toEqual(lost);
    expect((await api.client.webhook.list({})).items).toHaveLength(1);
  });

  test('acts when nothing was committed before', async () => {
    const key = { idempotencyKey: 'lost-2' };
    const tables = { builders: [builderRow()] };
    await whenAnswerIsKept(api.context.database, "raise exception 'out of order';");
    expect(await api.client.people.import({ ...tables, dryRun: true }, key)).toMatchObject({ dryRun: true });
    await mendKeeping(api.context.database);
    await letLeasesEnd(api.context.database);
    expect(await api.client.people.import({ ...tables, dryRun: true }, key)).toMatchObject({ dryRun: true });
  });
});

describe.each(databaseKinds().filter(({ name }) => name === 'PostgreSQL'))(
  'a process that is killed on $name',
  ({ create }) => {
    test('after its work and before its answer was kept does not make a repetition act again', async ({
      onTestFinished,
    }) => {
      const testDatabase = await create();
      onTestFinished(() => testDatabase.remove());
      const env = testEnvironment(testDatabase);
      const first = await startProcess(env);
      const database = await testDatabase.open();
      onTestFinished(() => database.close());
      await whenAnswerIsKept(database, 'perform pg_sleep(60);');
      const key = { idempotencyKey: 'killed' };
      const answer = first.client.webhook.create(ENDPOINT, key).catch(() => 'no answer');
      await vi.waitFor(async () => expect((await first.client.webhook.list({})).items).toHaveLength(1), {
        timeout: 20_000,
        interval: 50,
      });
      expect(await first.end('SIGKILL')).toBeNull();
      expect(await answer).toBe('no answer');
      await sql`
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and query like 'update%idempotency%'`.execute(
        database.system('test'),
      );
      await mendKeeping(database);
      await letLeasesEnd(database);
      const second = await startProcess(env);
      expect(await problem(second.client.webhook.create(ENDPOINT, key))).toEqual({
        status: 409,
        code: 'IDEMPOTENCY_ANSWER_LOST',
      });
      expect((await second.client.webhook.list({})).items).toHaveLength(1);
      expect(await second.end('SIGTERM')).toBe(0);
    });
  },
);
