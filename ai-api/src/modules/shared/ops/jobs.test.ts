import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ADMIN_KEY, sampleCompany, testEnvironment } from '../../../../test/api.ts';
import { databaseKinds, type TestDatabase } from '../../../../test/databases.ts';
import { completed, evaluate, everyItem, problem } from '../../../../test/runs.ts';
import { type Client, createClient } from '../../../catalogue/client.ts';
import { resources } from '../../../catalogue/index.ts';
import { readConfig } from '../../../config/index.ts';
import { createLog } from '../../../platform/log.ts';
import { type RunningServer, startServer } from '../../../server.ts';

const TEXT = 'what somebody wrote';

describe.each(databaseKinds())('the jobs of a tenant on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let server: RunningServer;
  let client: Client;
  let theirs: Client;
  let readonly: Client;
  let runId: string;

  beforeAll(async () => {
    testDatabase = await create();
    const config = readConfig(testEnvironment(testDatabase));
    server = await startServer(config, createLog('silent'));
    const { identity } = server.context;
    const as = (apiKey: string) => createClient(resources, { baseUrl: server.url as string, apiKey });
    const keyFor = async (tenant: string, role: 'ops' | 'readonly', prefix: string) => {
      const key = `aim_${prefix}_${'fedcba9876543210'.repeat(3)}`;
      await identity.ensureKey(await identity.ensureTenant(tenant), role, key, [role]);
      return as(key);
    };
    client = as(ADMIN_KEY);
    theirs = await keyFor('Theirs', 'ops', 'theirops');
    readonly = await keyFor('default', 'readonly', 'readonly');
    await client.people.import(sampleCompany());
    runId = (await evaluate(client)).runId;
  });
  afterAll(async () => {
    await server.stop();
    await testDatabase.remove();
  });

  /** A job that dies: there can be no run with such an id, so that looking for it throws. */
  async function letter(): Promise<string> {
    const { database, jobs, identity } = server.context;
    const tenantId = await identity.ensureTenant('default');
    await database.withTenant(tenantId, (transaction) =>
      jobs.enqueue(transaction, 'evaluation.judge', [
        { tenantId, runId: 'no-uuid', builderId: 'b-0001', note: TEXT, noteId: TEXT },
      ]),
    );
    const { items } = await client.job.list({ limit: 1 });
    const id = items[0]?.id as string;
    // Its attempts are used up by hand: waiting for all of them would take a minute.
    const system = database.system('test');
    await vi.waitFor(
      async () => {
        await sql`update jobs.job set retry_limit = 0, start_after = now()
                  where id = ${id}::uuid and state < 'active'`.execute(system);
        expect((await client.job.get({ jobId: id })).state).toBe('dead');
      },
      { timeout: 55_000, interval: 100 },
    );
    return id;
  }

  const jobsCheck = async (as: Client) =>
    (await as.connection.check({})).items.find(({ name }) => name === 'jobs');

  test('are listed page by page, newest first, each once', async () => {
    const jobs = await everyItem((page) =>
      client.job.list({ queue: 'evaluation.judge', limit: 20, ...page }),
    );
    expect(jobs.length).toBeGreaterThanOrEqual(75);
    expect(new Set(jobs.map(({ id }) => id)).size).toBe(jobs.length);
    const times = jobs.map(({ createdAt }) => createdAt);
    expect(times).toEqual(times.toSorted().reverse());
    expect(jobs[0]).toMatchObject({ queue: 'evaluation.judge', ids: { builderId: expect.any(String) } });
  });

  test('are counted by queue', async () => {
    const { items } = await client.job.queues({});
    expect(items.map(({ queue }) => queue)).toEqual(server.context.jobs.names());
    expect(items.find(({ queue }) => queue === 'evaluation.judge')).toMatchObject({ depth: 0, running: 0 });
  });

  test('are not shown to other tenants, nor to those who do not operate', async () => {
    const [job] = (await client.job.list({ limit: 1, queue: 'evaluation.judge' })).items;
    expect(job).toBeDefined();
    const own = (await theirs.job.list({})).items;
    // What each company's own nightly tasks left.
    expect(own.filter(({ queue }) => !queue.endsWith('.clean-up'))).toEqual([]);
    expect(own.map(({ id }) => id)).not.toContain(job?.id);
    expect(await problem(theirs.job.get({ jobId: job?.id as string }))).toMatchObject({ code: 'NOT_FOUND' });
    expect((await theirs.job.queues({})).items.every(({ depth, failed }) => depth + failed === 0)).toBe(true);
    expect(await problem(readonly.job.list({}))).toMatchObject({ status: 403 });
  });

  test('that died can be read, with ids and a reason and none of their text', async () => {
    const jobId = await letter();
    const job = await client.job.get({ jobId });
    expect(job).toMatchObject({ state: 'dead', ids: { runId: 'no-uuid', builderId: 'b-0001' } });
    expect(job.reason).toBe('The database refused it (SQLSTATE 22P02)');
    expect(JSON.stringify(job)).not.toContain(TEXT);
    expect((await client.job.list({ state: 'dead' })).items.map(({ id }) => id)).toContain(jobId);
    const { items } = await client.job.queues({});
    expect(items.find(({ queue }) => queue === 'evaluation.judge')?.failed).toBeGreaterThan(0);
    for (const decide of [theirs.job.retry, theirs.job.discard])
      expect(await problem(decide({ jobId }))).toMatchObject({ code: 'NOT_FOUND' });
    expect(await jobsCheck(client)).toMatchObject({
      state: 'warning',
      detail: expect.stringMatching(/^Dead jobs: .*\d of evaluation\.judge/),
    });
    expect(await jobsCheck(theirs)).toMatchObject({ state: 'ok', detail: 'Workers take jobs.' });
    await client.job.discard({ jobId });
    expect(await problem(client.job.get({ jobId }))).toMatchObject({ code: 'NOT_FOUND' });
  });

  test('that are not dead are neither retried nor discarded', async () => {
    const [job] = (await client.job.list({ state: 'completed', limit: 1 })).items;
    for (const decide of [client.job.retry, client.job.discard]) {
      expect(await problem(decide({ jobId: job?.id as string }))).toMatchObject({ code: 'CONFLICT' });
      expect(await problem(decide({ jobId: uuidv7() }))).toMatchObject({ code: 'NOT_FOUND' });
    }
  });

  test('that died are worked off when they are retried, and what their death changed is undone', async () => {
    const { database, identity } = server.context;
    const tenantId = await identity.ensureTenant('default');
    const [job] = (await client.job.list({ queue: 'evaluation.judge', state: 'completed', limit: 1 })).items;
    const { id, ids } = job as NonNullable<typeof job>;
    await sql`update jobs.job set state = 'failed', output = '{"message": "power cut"}' where id = ${id}::uuid`.execute(
      database.system('the test makes a letter of a job whose builder exists'),
    );
    await database.withTenant(tenantId, (transaction) =>
      transaction
        .updateTable('evaluations.evaluations')
        .set({ status: 'failed', error: 'power cut', judgement_id: null })
        .where('run_id', '=', runId)
        .where('builder_id', '=', ids.builderId as string)
        .execute(),
    );
    await sql`delete from evaluations.project_grades where evaluation_id in (
      select id from evaluations.evaluations where status = 'failed')`.execute(database.system('test'));
    expect(await client.job.retry({ jobId: id })).toMatchObject({ state: 'retrying' });
    const run = await completed(client, runId);
    expect(run).toMatchObject({ judged: 75, failed: 0 });
    expect(await problem(client.job.retry({ jobId: id }))).toMatchObject({ code: 'CONFLICT' });
    const { items } = await client.audit.list({ operationId: 'job.retry' });
    expect(items.map(({ subject }) => subject)).toEqual([`job:${id}`]);
  });

  test.each([
    { queue: 'no.such.queue' },
    { state: 'burnt' as never },
    { cursor: Buffer.from('{"createdAt":"x","id":"y"}').toString('base64url') },
  ])('are not looked for by %j', async (filter) => {
    expect(await problem(client.job.list(filter as never))).toMatchObject({ code: 'INVALID_INPUT' });
  });
});
