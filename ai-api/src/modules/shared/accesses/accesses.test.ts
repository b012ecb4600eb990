import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SAMPLE_WEEK, startApi, type TestApi } from '../../../../test/api.ts';
import { type MovableClock, movableClock } from '../../../../test/clock.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { refusal } from '../../../../test/people.ts';
import { erase, exported } from '../../../../test/privacy.ts';
import { evaluate, smallCompany } from '../../../../test/runs.ts';
import { staff } from '../../../../test/staff.ts';
import { timeRequest } from '../../../../test/time.ts';
import { type Client, createClient } from '../../../catalogue/client.ts';
import { resources } from '../../../catalogue/index.ts';

const HOUR_MS = 3_600_000;

describe.each(businessDatabases())('who looked, on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let clock: MovableClock;
  let boss: Client;
  let reviewer: Client;
  let admin: Client;
  let ada: Client;
  let ben: Client;

  beforeAll(async () => {
    testDatabase = await create();
    clock = movableClock();
    // A quarter past an hour, so that no test crosses into the next one.
    const now = Date.now();
    clock.setAhead(Math.ceil(now / HOUR_MS) * HOUR_MS + HOUR_MS / 4 - now);
    api = await startApi(testDatabase, {}, { clock });
    boss = await staff(api, 'boss@sample-company.example', ['executive'], 'Ana Silva');
    reviewer = await staff(api, 'reviewer@sample-company.example', ['reviewer'], 'Rui Reviewer');
    admin = await staff(api, 'admin@sample-company.example', ['admin'], 'Carol Admin');
    ada = await staff(api, 'b-1@sample-company.example', ['builder'], 'Ada');
    ben = await staff(api, 'b-2@sample-company.example', ['builder'], 'Ben');
    await api.client.people.import(smallCompany(3));
    await api.client.tenant.update({ answerWindowHours: 0 });
    await evaluate(api.client);
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
  });

  const owner = () => api.context.database.system('the test looks behind the API');
  const forget = () => sql`delete from accesses.accesses`.execute(owner());
  const mine = async (who: Client) => (await who.access.mine({})).items;
  const evaluationOf = async (builderId: string) =>
    (
      await owner()
        .selectFrom('evaluations.evaluations')
        .select('id')
        .where('builder_id', '=', builderId)
        .executeTakeFirstOrThrow()
    ).id;

  test('the person reads who read their week, for what, how often and when last', async () => {
    await forget();
    const evaluationId = await evaluationOf('b-1');
    for (let time = 0; time < 3; time++) await boss.evaluation.get({ evaluationId });
    const [access, ...others] = await mine(ada);
    expect(others).toEqual([]);
    expect(access).toMatchObject({
      operation: 'evaluation.get',
      what: 'weekly evaluation',
      detail: SAMPLE_WEEK,
      purpose: 'review',
      reason: null,
      times: 3,
      reader: { name: 'Ana Silva', role: 'executive', key: 'bootstrap' },
    });
    expect(access?.sentence).toMatch(
      new RegExp(
        `^Ana Silva \\(executive, by the initial API key\\) read your weekly evaluation ${SAMPLE_WEEK} for review, 3 times, last on \\w+ \\d+, \\d{4}\\.$`,
      ),
    );
    expect(await mine(ben)).toEqual([]);
  });

  test('what people read about themselves leaves no record, and what others may not see leaves none either', async () => {
    await forget();
    const evaluationId = await evaluationOf('b-1');
    await ada.evaluation.get({ evaluationId });
    await ada.performance.history({ builderId: 'b-1' });
    expect((await refusal(ben.evaluation.get({ evaluationId }))).code).toBe('NOT_FOUND');
    expect(await mine(ada)).toEqual([]);
  });

  test('a list leaves one record for each person in the page, counted within the hour', async () => {
    await forget();
    await reviewer.performance.team({ week: SAMPLE_WEEK, limit: 2 });
    await reviewer.performance.team({ week: SAMPLE_WEEK, limit: 2 });
    const all = async () => (await admin.access.list({ operationId: 'performance.team' })).items;
    const first = await all();
    expect(first.map(({ times }) => times)).toEqual([2, 2]);
    expect(new Set(first.map(({ subject }) => subject)).size).toBe(2);
    const before = await all();
    clock.setAhead(clock.now().getTime() - Date.now() + HOUR_MS);
    await reviewer.performance.team({ week: SAMPLE_WEEK, limit: 2 });
    expect((await all()).length).toBe(before.length + 2);
  });

  test('purposes follow the operation and the role', async () => {
    await forget();
    const ops = await staff(api, 'ops@sample-company.example', ['ops'], 'Otto Ops');
    const evaluationId = await evaluationOf('b-1');
    const builderToo = await staff(api, 'both@sample-company.example', ['builder', 'admin'], 'Bo Both');
    for (const who of [boss, admin, ops, builderToo, api.client]) await who.evaluation.get({ evaluationId });
    const found = await mine(ada);
    expect(new Set(found.map(({ reader, purpose }) => `${reader.name}: ${purpose}`))).toEqual(
      new Set([
        'Ana Silva: review',
        'Carol Admin: administration',
        'Otto Ops: support',
        'Bo Both: administration',
        'Initial API key: review',
      ]),
    );
    expect(found.find(({ reader }) => reader.userId === null)).toMatchObject({
      reader: { name: 'Initial API key', key: 'bootstrap', userId: null },
    });
  });

  test('an approver who reads a request is recorded; the requester is not', async () => {
    await forget();
    const { approvalId } = await ada.approval.submit(
      timeRequest('b-1', { date: new Date().toISOString().slice(0, 10), startsAt: undefined }),
    );
    await ada.approval.get({ approvalId });
    expect(await mine(ada)).toEqual([]);
    await boss.approval.get({ approvalId });
    expect(await mine(ada)).toMatchObject([{ what: 'request for manual time', purpose: 'approval' }]);
    expect((await refusal(ben.approval.get({ approvalId }))).status).toBeGreaterThanOrEqual(403);
    expect(await mine(ada)).toHaveLength(1);
  });

  test('explanations, receipts and reports name the person through their handlers', async () => {
    await forget();
    const { judgement } = await ada.evaluation.get({ evaluationId: await evaluationOf('b-1') });
    const judgementId = judgement?.judgementId ?? '';
    await boss.explanation.get({ judgementId });
    await boss.receipt.get({ judgementId });
    await boss.performance.file({ week: SAMPLE_WEEK, format: 'html' });
    expect((await mine(ada)).map(({ operation }) => operation).toSorted()).toEqual([
      'explanation.get',
      'performance.file',
      'receipt.get',
    ]);
  });

  test('a link to the PDF of a weekly report leaves a record for the people in it', async () => {
    await boss.performance.file({ week: SAMPLE_WEEK, format: 'pdf' });
    await forget();
    const { items } = await admin.file.list({});
    const fileId = items.find(({ name }) => name === `performance-${SAMPLE_WEEK}.pdf`)?.fileId ?? '';
    await admin.file.link({ fileId });
    expect(await mine(ada)).toMatchObject([{ operation: 'file.link', reader: { name: 'Carol Admin' } }]);
    expect(Object.keys(await exported(api, 'builder:b-1')).join()).not.toContain('performance-');
  });

  test('reads in a batch are recorded as if they had come alone', async () => {
    await forget();
    const evaluationId = await evaluationOf('b-1');
    await boss.batch.read({ requests: [{ operation: 'evaluation.get', input: { evaluationId } }] });
    expect(await mine(ada)).toMatchObject([{ operation: 'evaluation.get', times: 1 }]);
  });

  test('only people have a list of their own, and only administrators read all, which is recorded', async () => {
    await forget();
    await boss.evaluation.get({ evaluationId: await evaluationOf('b-1') });
    expect((await refusal(api.client.access.mine({}))).code).toBe('PERSON_NEEDED');
    for (const who of [boss, reviewer, ada])
      expect((await refusal(who.access.list({}))).code).toBe('FORBIDDEN');
    const { items } = await admin.access.list({ subject: 'builder:b-1' });
    expect(items).toMatchObject([
      { subject: 'builder:b-1', subjectName: 'Builder b-1', reader: { name: 'Ana Silva' } },
    ]);
    expect((await mine(ada)).map(({ operation, reader }) => `${reader.name} ${operation}`)).toEqual([
      'Carol Admin access.list',
      'Ana Silva evaluation.get',
    ]);
    const userId = items[0]?.reader.userId ?? '';
    expect((await admin.access.list({ userId, purpose: 'review' })).items).toHaveLength(1);
    expect((await admin.access.list({ userId, purpose: 'support' })).items).toEqual([]);
    expect((await admin.access.list({ userId, to: '2020-01-01T00:00:00Z' })).items).toEqual([]);
  });

  test('another company reads none of it', async () => {
    const { identity } = api.context;
    const key = `aim_stranger_${'0123456789abcdef'.repeat(3)}`;
    await identity.ensureKey(await identity.ensureTenant('other'), 'stranger', key, ['admin']);
    const stranger = createClient(resources, { baseUrl: api.url, apiKey: key });
    await boss.evaluation.get({ evaluationId: await evaluationOf('b-1') });
    expect((await stranger.access.list({})).items).toEqual([]);
    expect((await stranger.access.list({ subject: 'builder:b-1' })).items).toEqual([]);
  });

  test('an answer does not leave where its access cannot be recorded', async () => {
    const evaluationId = await evaluationOf('b-1');
    await sql`alter table accesses.accesses rename to kept_away`.execute(owner());
    try {
      const error = await refusal(boss.evaluation.get({ evaluationId }));
      expect([error.status, error.code]).toEqual([503, 'ACCESS_NOT_RECORDED']);
      expect(JSON.stringify(error.document)).not.toContain('Builder b-1');
      expect((await ada.evaluation.get({ evaluationId })).builder.builderId).toBe('b-1');
    } finally {
      await sql`alter table accesses.kept_away rename to accesses`.execute(owner());
    }
  });

  test('a row is counted up and not changed', async () => {
    const change = (set: string) => sql`update accesses.accesses set ${sql.raw(set)}`.execute(owner());
    await expect(change(`viewer = 'user:x'`)).rejects.toThrow('a recorded access is not changed');
    await expect(change('times = times - 1, last_at = last_at')).rejects.toThrow();
    await change('times = times + 1');
  });

  test('an export has who looked; an erasure deletes it, and a reader who is erased keeps a pseudonym', async () => {
    await forget();
    await reviewer.evaluation.get({ evaluationId: await evaluationOf('b-3') });
    await reviewer.evaluation.get({ evaluationId: await evaluationOf('b-1') });
    const files = await exported(api, 'builder:b-3');
    const rows = Buffer.from(files['data/accesses/accesses.accesses.jsonl'] ?? '').toString();
    expect(rows).toContain('"operation": "evaluation.get"');
    await erase(api, 'builder:b-3');
    const evaluations = await admin.access.list({ operationId: 'evaluation.get' });
    expect(evaluations.items.map(({ subject }) => subject)).toEqual(['builder:b-1']);
    await erase(api, `user:${evaluations.items[0]?.reader.userId}`);
    const [access] = (await mine(ada)).filter(({ operation }) => operation === 'evaluation.get');
    expect(access?.sentence).toMatch(/^Erased person \w+ \(reviewer/);
  });
});
