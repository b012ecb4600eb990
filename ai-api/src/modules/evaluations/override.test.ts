import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SAMPLE_WEEK, startApi, type TestApi } from '../../../test/api.ts';
import { databaseKinds, type TestDatabase } from '../../../test/databases.ts';
import { evaluate, problem, type Run } from '../../../test/runs.ts';

const builder = (builder_id: string, name: string) => ({
  builder_id,
  name,
  email: `${builder_id}@sample-company.example`,
  team: '<b>Team</b>',
  title: null,
  status: 'active',
  started_on: '2026-01-05',
  weekly_hours: 40,
  timezone: null,
});
const week = (builder_id: string, note: string) => ({
  builder_id,
  week: SAMPLE_WEEK,
  hours_worked: 40,
  active_days: 5,
  brainlift_quality: 80,
  brainlift_entries: 4,
  goals_set: 4,
  goals_met: 3,
  note,
});
const SCRIPT = '<script>alert("graded")</script>';
const REASON = 'The tracker lost two days, I looked at the commits.';

describe.each(databaseKinds())('a judged week on $name', ({ create }) => {
  let home: TestDatabase;
  let api: TestApi;
  let run: Run;
  beforeAll(async () => {
    home = await create();
    api = await startApi(home);
    await api.client.people.import({
      builders: ['b-1', 'b-2', 'b-3'].map((id) => builder(id, id === 'b-1' ? SCRIPT : `Builder ${id}`)),
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
      metrics: ['b-1', 'b-2', 'b-3'].map((id) =>
        week(id, id === 'b-1' ? SCRIPT : 'A note that is long enough.'),
      ),
    });
    run = await evaluate(api.client);
  });
  afterAll(async () => {
    await api.stop();
    await home.remove();
  });

  async function detailOf(builderId: string) {
    const { items } = await api.client.evaluation.listResults({ runId: run.runId });
    const { evaluationId = '' } = items.find((result) => result.builderId === builderId) ?? {};
    const detail = await api.client.evaluation.get({ evaluationId });
    return { evaluationId, judgementId: detail.judgement?.judgementId as string, detail };
  }

  test('is told by an e-mail in which no text of people is markup', async () => {
    const { items } = await api.client.evaluation.listEmails({ runId: run.runId });
    const email = items.find(({ to }) => to === 'b-1@sample-company.example');
    expect(email?.toName).toBe(SCRIPT);
    expect(email?.html).not.toMatch(/<script/i);
    expect(email?.html).toContain('Hello &lt;script&gt;alert(&quot;graded&quot;)&lt;/script&gt;');
    expect(email?.html.match(/&lt;script&gt;/g)?.length).toBeGreaterThanOrEqual(2);
    expect(email?.subject).not.toContain('script');
    expect(email?.text).toContain(SCRIPT);
  });

  test('may be decided otherwise by a person; what was judged before is kept', async () => {
    const { evaluationId, judgementId, detail } = await detailOf('b-1');
    const decided = await api.client.evaluation.override({
      evaluationId,
      judgementId,
      grade: 'A',
      reason: REASON,
    });
    expect(decided.judgement).toMatchObject({
      kind: 'evaluation',
      grade: 'A',
      score: null,
      confidence: null,
      engine: 'human',
      model: null,
      needsReview: false,
      decidedBy: 'bootstrap',
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

    const { items } = await api.client.evaluation.listResults({ runId: run.runId, grade: 'A' });
    expect(items).toMatchObject([{ builderId: 'b-1', engine: 'human', score: null, needsReview: false }]);
    expect((await api.client.evaluation.getRun({ runId: run.runId })).grades.A).toBe(1);
    const emails = await api.client.evaluation.listEmails({ runId: run.runId });
    const email = emails.items.find(({ to }) => to === 'b-1@sample-company.example');
    expect(email?.subject).toBe(`Your week ${SAMPLE_WEEK}: grade A`);
    expect(email?.html).toContain('Decided by a person');
  });

  test('cannot be decided otherwise by who has not seen the newest judgement', async () => {
    const { evaluationId, judgementId } = await detailOf('b-2');
    const decide = (seen: string, grade: 'B' | 'C', feedback?: string) =>
      api.client.evaluation.override({ evaluationId, judgementId: seen, grade, reason: REASON, feedback });
    const first = await decide(judgementId, 'B', 'Well done, really.');
    expect(first.judgement?.feedback).toBe('Well done, really.');
    expect(await problem(decide(judgementId, 'C'))).toEqual({ status: 409, code: 'CONFLICT' });
    const second = await decide(first.judgement?.judgementId as string, 'C');
    expect(second.judgement).toMatchObject({ grade: 'C', supersedes: first.judgement?.judgementId });
  });

  test('is decided by one of several people who decide at once', async () => {
    const { evaluationId, judgementId } = await detailOf('b-3');
    const grades = ['A', 'B', 'C', 'D', 'E'] as const;
    const answers = await Promise.allSettled(
      grades.map((grade) =>
        api.client.evaluation.override({ evaluationId, judgementId, grade, reason: REASON }),
      ),
    );
    const won = answers.filter(({ status }) => status === 'fulfilled');
    const lost = answers.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
    expect(won).toHaveLength(1);
    expect(lost.map(({ reason }) => reason.code)).toEqual(lost.map(() => 'CONFLICT'));
    const superseding = await api.context.database
      .system('the test looks behind the API')
      .selectFrom('judgement.judgements')
      .select('grade')
      .where('supersedes', '=', judgementId)
      .execute();
    expect(superseding).toHaveLength(1);
    expect((await detailOf('b-3')).detail.judgement?.grade).toBe(superseding[0]?.grade);
  });

  test.each([
    ['a reason that says nothing', { reason: 'because' }],
    ['a grade that is none', { grade: 'F' as 'E' }],
    ['no grade', { grade: 'insufficient evidence' as 'E' }],
    ['an empty feedback', { feedback: ' ' }],
  ])('is not decided otherwise with %s', async (_what, wrong) => {
    const { evaluationId, judgementId } = await detailOf('b-3');
    const call = api.client.evaluation.override({
      evaluationId,
      judgementId,
      grade: 'E',
      reason: REASON,
      ...wrong,
    });
    expect(await problem(call)).toEqual({ status: 422, code: 'INVALID_INPUT' });
  });
});
