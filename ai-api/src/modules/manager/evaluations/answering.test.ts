import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SAMPLE_WEEK, startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { refusal } from '../../../../test/people.ts';
import { evaluate, type Run, smallCompany } from '../../../../test/runs.ts';
import { staff } from '../../../../test/staff.ts';
import type { Client } from '../../../catalogue/client.ts';
import { HOUR_MS } from '../../../platform/durations.ts';
import { addWeeks } from '../../../platform/week.ts';

const ANSWER = 'I was at the customer on two days, which the tracker does not see.';

describe.each(businessDatabases())('a week that is first for whom it concerns on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let run: Run;
  let tenantId: string;
  let builder: Client;
  let reviewer: Client;
  let executive: Client;
  let realNow: () => Date;

  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase, { MAIL_REPLY_TO: 'people@sample-company.example' });
    realNow = api.context.clock.now;
    builder = await staff(api, 'b-1@sample-company.example', ['builder'], 'Builder One');
    reviewer = await staff(api, 'reader@sample-company.example', ['reviewer'], 'The reader');
    executive = await staff(api, 'boss@sample-company.example', ['executive'], 'The boss');
    const { builders, metrics } = smallCompany(3);
    await api.client.people.import({ builders, metrics: metrics.slice(0, 2) });
    run = await evaluate(api.client);
    ({ tenantId } = await api.client.tenant.get({}));
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
  });

  const results = async (who: Client, filter: object = {}) =>
    (await who.evaluation.listResults({ runId: run.runId, ...filter })).items;
  const own = async () => (await builder.evaluation.list({})).items[0];
  const opened = () =>
    api.context.database
      .system('the test looks behind the API')
      .selectFrom('events.outbox')
      .select('data')
      .where('type', '=', 'evaluation.run.opened')
      .execute();

  test('is seen by its builder and by those who run it, and by no one else', async () => {
    expect(run).toMatchObject({ waiting: true, answersUntil: expect.any(String) });
    expect(await api.client.evaluation.next({})).toEqual({ week: run.week, builders: 3, runId: run.runId });
    expect(Date.parse(run.answersUntil ?? '') - Date.parse(run.completedAt ?? '')).toBe(48 * HOUR_MS);
    expect(await own()).toMatchObject({ waiting: true, grade: expect.any(String) });
    expect((await results(executive)).map(({ grade }) => grade)).not.toContain(null);
    for (const row of await results(reviewer))
      expect(row).toMatchObject({
        ...{ waiting: true, grade: null, score: null, feedback: null, projects: [], needsReview: false },
      });
    const { grade = null } = (await own()) ?? {};
    expect(await results(reviewer, { grade })).toEqual([]);
    expect((await reviewer.evaluation.list({})).items).toMatchObject([{ grade: null }, {}, {}]);
    const { evaluationId = '' } = (await own()) ?? {};
    expect(await reviewer.evaluation.get({ evaluationId })).toMatchObject({ judgement: null, projects: [] });
    expect(await builder.evaluation.get({ evaluationId })).toMatchObject({
      judgement: { grade },
      answersUntil: run.answersUntil,
    });
  });

  test('is not read by its explanation, receipt or contest either', async () => {
    const { evaluationId = '' } = (await own()) ?? {};
    const { judgement } = await builder.evaluation.get({ evaluationId });
    const judgementId = judgement?.judgementId ?? '';
    const { contestId, version } = await builder.contest.create({ judgementId, reason: ANSWER });
    expect((await refusal(reviewer.explanation.get({ judgementId }))).code).toBe('NOT_FOUND');
    expect((await refusal(reviewer.receipt.get({ judgementId }))).code).toBe('NOT_FOUND');
    expect((await refusal(reviewer.contest.list({}))).code).toBe('FORBIDDEN');
    expect((await refusal(reviewer.contest.get({ contestId }))).code).toBe('FORBIDDEN');
    for (const who of [builder, executive]) {
      expect(await who.explanation.get({ judgementId })).toMatchObject({ judgementId });
      expect(await who.receipt.get({ judgementId })).toMatchObject({ judgementId });
      expect(await who.contest.get({ contestId })).toMatchObject({ contestId });
    }
    await builder.contest.withdraw({ contestId, version });
  });

  test('enters no report, trend or team', async () => {
    const report = await executive.performance.report({ week: SAMPLE_WEEK });
    expect(report).toMatchObject({ status: 'waiting', graded: 0, meanScore: null, grades: {} });
    const { items } = await executive.performance.team({ week: SAMPLE_WEEK });
    const hidden = { waiting: true, grade: null, score: null, needsReview: false, attention: [] };
    expect(items).toMatchObject([hidden, hidden, hidden]);
    const history = (who: Client) => who.performance.history({ builderId: 'b-1', weeks: 4 });
    expect((await history(executive)).weeks).toMatchObject([
      { waiting: true, grade: null, engine: null, needsReview: false },
    ]);
    expect((await history(builder)).weeks).toMatchObject([
      { waiting: true, grade: expect.any(String), engine: 'rules' },
    ]);
  });

  test('says in the mail how long to answer, and a mail that is sent later prolongs the time', async () => {
    const { items } = await api.client.evaluation.listEmails({ runId: run.runId });
    expect(items[0]?.text).toContain('You have 48 hours from this e-mail to answer');
    expect(items[0]).toMatchObject({
      replyTo: 'people@sample-company.example',
      text: expect.stringContaining('or answer this e-mail: another person looks at it'),
    });
    api.context.clock.now = () => new Date(realNow().getTime() + 10 * HOUR_MS);
    await api.client.evaluation.markNotified({ evaluationId: items[0]?.evaluationId ?? '' });
    api.context.clock.now = realNow;
    const { answersUntil } = await api.client.evaluation.getRun({ runId: run.runId });
    const later = Date.parse(answersUntil ?? '') - Date.parse(run.answersUntil ?? '');
    expect(later).toBeGreaterThanOrEqual(9.9 * HOUR_MS);
  });

  test('is answered by its builder, and the answer is there for who decides', async () => {
    const { evaluationId = '' } = (await own()) ?? {};
    const answer = (who: Client) => who.evaluation.answer({ evaluationId, answer: ANSWER });
    expect((await refusal(answer(executive))).code).toBe('FORBIDDEN');
    expect((await refusal(answer(api.client))).code).toBe('PERSON_REQUIRED');
    expect(await answer(builder)).toMatchObject({ answer: { text: ANSWER } });
    const found = await executive.evaluation.get({ evaluationId });
    expect(found.answer?.text).toBe(ANSWER);
    const decided = await executive.evaluation.override({
      evaluationId,
      judgementId: found.judgement?.judgementId ?? '',
      ...{ grade: 'A' as const, reason: 'The visits are in the calendar.' },
    });
    const { facts } = await api.context.database
      .system('the test looks behind the API')
      .selectFrom('judgement.judgements')
      .select('facts')
      .where('id', '=', decided.judgement?.judgementId ?? '')
      .executeTakeFirstOrThrow();
    expect(facts).toEqual({ week: { answer: ANSWER } });
  });

  test('is opened to all when the time is over, once', async () => {
    expect(await api.context.evaluations.openWeeks(tenantId)).toBe(0);
    api.context.clock.now = () => new Date(realNow().getTime() + 59 * HOUR_MS);
    expect(await api.context.evaluations.openWeeks(tenantId)).toBe(1);
    expect(await api.context.evaluations.openWeeks(tenantId)).toBe(0);
    api.context.clock.now = realNow;
    expect(await opened()).toMatchObject([{ data: { week: SAMPLE_WEEK, answered: 1 } }]);
    expect((await results(reviewer)).map(({ grade }) => grade)).toContain('A');
    expect(await executive.performance.report({ week: SAMPLE_WEEK })).toMatchObject({
      ...{ status: 'complete', graded: 2 },
    });
    const { evaluationId = '' } = (await own()) ?? {};
    const { judgement } = await reviewer.evaluation.get({ evaluationId });
    const { result } = await reviewer.explanation.get({ judgementId: judgement?.judgementId ?? '' });
    expect(result).toBe('grade A');
    const late = builder.evaluation.answer({ evaluationId, answer: ANSWER });
    expect((await refusal(late)).code).toBe('ANSWER_CLOSED');
  });

  test('is open at once where the company agreed so', async () => {
    await api.client.tenant.update({ answerWindowHours: 0 });
    const next = await evaluate(api.client, { week: addWeeks(SAMPLE_WEEK, -1) });
    expect(next).toMatchObject({ waiting: false, answersUntil: null });
    expect((await opened()).length).toBe(2);
    const report = await executive.performance.report({ week: next.week });
    expect(report.status).not.toBe('waiting');
  });
});
