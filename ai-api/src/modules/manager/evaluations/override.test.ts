import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SAMPLE_WEEK, startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { evaluate, problem, type Run, smallCompany } from '../../../../test/runs.ts';
import { staff } from '../../../../test/staff.ts';
import type { Client } from '../../../catalogue/client.ts';

const SCRIPT = '<script>alert("graded")</script>';
const REASON = 'The tracker lost two days, I looked at the commits.';

describe.each(businessDatabases())('a judged week on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let run: Run;
  let boss: Client;
  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase);
    boss = await staff(api, 'boss@sample-company.example', ['executive'], 'The boss');
    const { builders, metrics } = smallCompany(3);
    await api.client.people.import({
      builders: builders.map((row) =>
        row.builder_id === 'b-1' ? { ...row, name: SCRIPT, team: SCRIPT } : row,
      ),
      metrics: metrics.map((row) => (row.builder_id === 'b-1' ? { ...row, note: SCRIPT } : row)),
      projects: [
        {
          project_id: 'p-1',
          name: SCRIPT,
          builder_id: 'b-1',
          status: 'active',
          stage: 'build',
          stage_history: null,
          tam_usd: 5e8,
          tam_rationale: SCRIPT,
          goal: SCRIPT,
        },
      ],
    });
    run = await evaluate(api.client);
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
  });

  async function detailOf(builderId: string) {
    const { items } = await api.client.evaluation.listResults({ runId: run.runId });
    const { evaluationId = '' } = items.find((result) => result.builderId === builderId) ?? {};
    const detail = await api.client.evaluation.get({ evaluationId });
    return { evaluationId, judgementId: detail.judgement?.judgementId as string, detail };
  }

  test('is announced by an e-mail in which no text of people is markup', async () => {
    const { items } = await api.client.evaluation.listEmails({ runId: run.runId });
    const email = items.find(({ to }) => to === 'b-1@sample-company.example');
    expect(email?.toName).toBe(SCRIPT);
    expect(email?.html).not.toMatch(/<script/i);
    expect(email?.html).toMatch(/Hello &lt;script&gt;alert\((&quot;|&#34;)graded\1\)&lt;\/script&gt;/);
    expect(email?.html.match(/&lt;script&gt;/g)?.length).toBeGreaterThanOrEqual(2);
    expect(email?.subject).not.toContain('script');
    expect(email?.text).toContain(SCRIPT);
  });

  test('may be decided otherwise by a person; what was judged before is kept', async () => {
    const { evaluationId, judgementId, detail } = await detailOf('b-1');
    const decided = await boss.evaluation.override({
      evaluationId,
      judgementId,
      grade: 'D',
      reason: REASON,
    });
    expect(decided.judgement).toMatchObject({
      kind: 'evaluation',
      grade: 'D',
      score: null,
      confidence: null,
      engine: 'human',
      model: null,
      needsReview: false,
      decidedBy: 'The boss',
      reason: REASON,
      supersedes: judgementId,
      criteria: detail.judgement?.criteria,
    });
    expect(decided.judgement?.feedback).toContain(REASON);
    const kept = await api.context.database
      .system('the test looks behind the API')
      .selectFrom('judgement.judgements')
      .select(['grade', 'engine', 'score'])
      .where('id', '=', judgementId)
      .execute();
    const { grade, score } = detail.judgement as NonNullable<typeof detail.judgement>;
    expect(kept).toEqual([{ grade, score, engine: 'rules' }]);

    const { items } = await api.client.evaluation.listResults({ runId: run.runId, grade: 'D' });
    expect(items).toMatchObject([{ builderId: 'b-1', engine: 'human', score: null, needsReview: false }]);
    expect((await api.client.evaluation.getRun({ runId: run.runId })).grades).toMatchObject({ D: 1 });
    const emails = await api.client.evaluation.listEmails({ runId: run.runId });
    const email = emails.items.find(({ to }) => to === 'b-1@sample-company.example');
    expect(email?.subject).toBe(`Your week ${SAMPLE_WEEK}: grade D`);
    expect(email?.html).toContain('Decided by a person');
  });

  test('cannot be decided otherwise by who has not seen the newest judgement', async () => {
    const { evaluationId, judgementId } = await detailOf('b-2');
    const decide = (seen: string, grade: 'B' | 'C', feedback?: string) =>
      boss.evaluation.override({ evaluationId, judgementId: seen, grade, reason: REASON, feedback });
    const first = await decide(judgementId, 'B', 'Well done, really.');
    expect(first.judgement?.feedback).toBe('Well done, really.');
    expect(await problem(decide(judgementId, 'C'))).toEqual({ status: 409, code: 'CONFLICT' });
    const second = await decide(first.judgement?.judgementId as string, 'C');
    expect(second.judgement).toMatchObject({ grade: 'C', supersedes: first.judgement?.judgementId });
  });

  test('is decided by one of twenty people who decide at once', async () => {
    const { evaluationId, judgementId } = await detailOf('b-3');
    const twenty = Array.from({ length: 20 });
    await Promise.all(twenty.map(() => api.client.evaluation.get({ evaluationId })));
    const decide = () => boss.evaluation.override({ evaluationId, judgementId, grade: 'B', reason: REASON });
    const answers = await Promise.allSettled(twenty.map(decide));
    const won = answers.filter(({ status }) => status === 'fulfilled');
    const lost = answers.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
    expect(won).toHaveLength(1);
    expect(lost.map(({ reason }) => reason.code)).toEqual(lost.map(() => 'CONFLICT'));
    const superseding = await api.context.database
      .system('the test looks behind the API')
      .selectFrom('judgement.judgements')
      .select('id')
      .where('supersedes', '=', judgementId)
      .execute();
    expect(superseding).toEqual([{ id: (await detailOf('b-3')).judgementId }]);
  });

  test.each([
    ['a reason that says nothing', { reason: 'because' }],
    ['an invalid grade', { grade: 'F' as 'E' }],
    ['no grade', { grade: 'insufficient evidence' as 'E' }],
    ['an empty feedback', { feedback: ' ' }],
  ])('is not decided otherwise with %s', async (_what, wrong) => {
    const { evaluationId, judgementId } = await detailOf('b-3');
    const call = boss.evaluation.override({
      evaluationId,
      judgementId,
      grade: 'E',
      reason: REASON,
      ...wrong,
    });
    expect(await problem(call)).toEqual({ status: 422, code: 'INVALID_INPUT' });
  });
});
