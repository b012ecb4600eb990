import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ADMIN_KEY, startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { COMPILE_CACHE } from '../../../../test/process.ts';
import { rewriteTrail } from '../../../../test/rewrite-trail.ts';
import { evaluate, smallCompany } from '../../../../test/runs.ts';
import { timeRequest } from '../../../../test/time.ts';

const SCRIPT = fileURLToPath(new URL('../../../../../scripts/promises.ts', import.meta.url));
const SIZE = 6;

describe.each(businessDatabases())('promises on $name', ({ create }) => {
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

  const promiseOf = async (id: string) => {
    const { promises } = await api.client.promise.check({});
    return promises.find((promise) => promise.id === id);
  };
  const owner = () => api.context.database.system('the test tampers as the owner');
  const inSql = (statement: ReturnType<typeof sql>) => statement.execute(owner());
  /** Runs `npm run promises` against this API. */
  const run = (more: Record<string, string> = {}) =>
    promisify(execFile)(process.execPath, [SCRIPT], {
      env: { ...COMPILE_CACHE, AI_MANAGER_URL: api.url, AI_MANAGER_API_KEY: ADMIN_KEY, ...more },
    }).then(
      ({ stdout }) => ({ status: 0, stdout }),
      ({ code, stdout }: { code: number; stdout: string }) => ({ status: code, stdout }),
    );

  test('say that there is nothing to count before anything is judged', async () => {
    const report = await api.client.promise.check({});
    expect(report.holds).toBe(true);
    expect(report.promises.map(({ id, holds, checked }) => [id, holds, checked])).toEqual([
      ['exports-are-recorded', null, 0],
      ['explanations-are-true', null, 0],
      ['receipts-verify', null, 0],
      ['adverse-needs-a-person', null, 0],
      ['contests-are-answered', null, 0],
    ]);
  });

  test('hold, by what was counted', async () => {
    const company = smallCompany(SIZE);
    await api.client.people.import({
      ...company,
      metrics: company.metrics.map((row, index) => ({ ...row, hours_worked: index < 3 ? 12 : 40 })),
    });
    const { runId } = await evaluate(api.client);
    await api.client.evaluation.listEmails({ runId });
    // Grades are adverse where a company names a floor, or a person lowers one.
    expect(await promiseOf('adverse-needs-a-person')).toMatchObject({ holds: null, checked: 0 });
    expect(await promiseOf('receipts-verify')).toMatchObject({ holds: true, checked: SIZE, broken: 0 });
    const explained = await promiseOf('explanations-are-true');
    expect(explained).toMatchObject({ holds: true, broken: 0 });
    expect(explained?.note).toContain(`${SIZE} judgements were explained`);
    const { approvalId } = await api.client.approval.submit(
      timeRequest('b-1', { date: new Date().toISOString().slice(0, 10), startsAt: undefined }),
    );
    await vi.waitFor(
      async () => expect((await api.client.approval.get({ approvalId })).state).not.toBe('submitted'),
      { timeout: 20_000 },
    );
    expect(await promiseOf('adverse-needs-a-person')).toMatchObject({ holds: true, checked: 1 });
    const { status, stdout } = await run();
    expect(status).toBe(0);
    expect(stdout).toContain('No engine decides against a person.  holds');
    const all = await run({ EXPLANATIONS: '10000' });
    expect(all.stdout).toContain(`${SIZE + 1} judgements were explained`);
  });

  test('are broken by an outcome that only a person may decide', async () => {
    await inSql(sql`
      update judgement.judgements set outcome = 'reject' where kind = 'approval'`);
    const broken = await promiseOf('adverse-needs-a-person');
    expect(broken).toMatchObject({ holds: false, broken: 1 });
    expect(broken?.note).toMatch(
      /^Without a person: judgements of kind approval by engines 1, the newest of \d{4}-\d{2}-\d{2}\./,
    );
    // One that says a person decided it, and names no one, is none of a person.
    await inSql(sql`update judgement.judgements set engine = 'human' where kind = 'approval'`);
    expect(await promiseOf('adverse-needs-a-person')).toMatchObject({ holds: false, broken: 1 });
    await inSql(sql`update judgement.judgements set outcome = null where kind = 'approval'`);
    expect(await promiseOf('adverse-needs-a-person')).toMatchObject({ holds: true, broken: 0 });
  });

  test('are broken by a changed receipt and by a trail that was rewritten', async () => {
    await inSql(sql`
      update receipts.receipts set signed = overlay(signed placing 'AAAA' from length(signed) - 20)
      where id = (select id from receipts.receipts order by id limit 1)`);
    expect(await promiseOf('receipts-verify')).toMatchObject({ holds: false, broken: 1 });
    await rewriteTrail(api.context.database, (await api.client.identity.whoami({})).tenantId);
    expect(await promiseOf('receipts-verify')).toMatchObject({ holds: false, broken: SIZE });
    const { status, stdout } = await run();
    expect(status).toBe(1);
    expect(stdout).toContain('BROKEN');
  });
});
