import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { publishedEvents } from '../../../../test/events.ts';
import { refusal } from '../../../../test/people.ts';
import { evaluate, smallCompany } from '../../../../test/runs.ts';
import { staff } from '../../../../test/staff.ts';
import type { Client } from '../../../catalogue/client.ts';
import { experimentJudgements, experimentSubjects, pastJudgements } from '../../../judgement/index.ts';

const WHY = 'The tracker lost two days of this week.';

describe.each(businessDatabases())('grades that take a person on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let executive: Client;

  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase);
    executive = await staff(api, 'boss@sample-company.example', ['executive'], 'The boss');
    const { builders, metrics } = smallCompany(3);
    const weak = { hours_worked: 32, brainlift_quality: 60, goals_met: 2 };
    await api.client.people.import({ builders, metrics: metrics.map((row) => ({ ...row, ...weak })) });
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
  });

  const resultsOf = async (runId: string) =>
    (await api.client.evaluation.listResults({ runId })).items.toSorted((a, b) =>
      a.builderId.localeCompare(b.builderId),
    );
  const judgementOf = async (evaluationId: string) => {
    const { judgement } = await api.client.evaluation.get({ evaluationId });
    if (!judgement) throw new Error('not judged');
    return judgement;
  };

  /** What learns from the past reads what was proposed, and a confirmation is no correction of it. */
  async function expectNothingOverridden(
    judgementIds: string[],
    engines: readonly { builderId: string; grade: string | null; score: number | null }[],
  ) {
    const { tenantId } = await api.client.identity.whoami({});
    const experimentId = '01890000-0000-7000-8000-000000000001';
    const read = await api.context.database.withTenant(tenantId, async (transaction) => {
      const used = { name: 'evaluation', version: 1, label: 'candidate', isFallback: false, experimentId };
      await transaction
        .updateTable('judgement.judgements')
        .set({ prompt: JSON.stringify(used) })
        .where('id', 'in', judgementIds)
        .execute();
      return {
        subjects: await experimentSubjects(transaction, experimentId),
        judgements: await experimentJudgements(transaction, experimentId),
        past: await pastJudgements(transaction, { kind: 'evaluation', limit: 10, ids: judgementIds }),
      };
    });
    const bySubject = (rows: readonly { subjectId: string }[]) =>
      rows.toSorted((a, b) => a.subjectId.localeCompare(b.subjectId));
    expect(bySubject(read.subjects)).toMatchObject(engines.map(({ score }) => ({ overridden: 0, score })));
    expect(bySubject(read.judgements)).toMatchObject(engines.map(({ grade }) => ({ grade })));
    expect(bySubject(read.past)).toMatchObject(
      engines.map(({ grade, score }) => {
        return { grade, score, isGradeProposed: true, human: { grade } };
      }),
    );
  }

  test('are proposed below the floor of the company, and count once a person confirms them', async () => {
    const before = await evaluate(api.client, { dryRun: true });
    const engines = await resultsOf(before.runId);
    const grades = engines.map(({ grade }) => grade);
    expect(grades.every((grade) => grade !== 'A' && grade !== 'insufficient evidence')).toBe(true);
    await executive.oversight.set({ kind: 'evaluation', gradeFloor: 'A', reason: WHY });
    const run = await evaluate(api.client);
    const results = await resultsOf(run.runId);
    for (const result of results)
      expect(result).toMatchObject({ grade: 'insufficient evidence', score: null, needsReview: true });
    const judgements = await Promise.all(results.map(({ evaluationId }) => judgementOf(evaluationId)));
    expect(judgements.map(({ proposal }) => proposal?.grade)).toEqual(grades);
    expect(judgements[0]?.feedback).toBe('A person looks at this week before it is graded.');
    const items = results.map(({ evaluationId }, index) => {
      return { evaluationId, judgementId: judgements[index]?.judgementId ?? '' };
    });
    expect((await refusal(api.client.evaluation.confirm({ items }))).code).toBe('PERSON_REQUIRED');
    const first = items[0] as (typeof items)[number];
    const byKey = api.client.evaluation.override({ ...first, grade: 'B', reason: WHY });
    expect((await refusal(byKey)).code).toBe('PERSON_REQUIRED');
    const { items: due } = await api.client.evaluation.listEmails({ runId: run.runId });
    const mailed = due.find(({ evaluationId }) => evaluationId === first.evaluationId);
    expect(mailed?.judgementId).toBe(first.judgementId);
    await api.client.evaluation.markNotified({ evaluationId: first.evaluationId });
    const { confirmed, refused } = await executive.evaluation.confirm({ items });
    expect([confirmed.map(({ grade }) => grade), refused]).toEqual([grades, []]);
    const after = await resultsOf(run.runId);
    expect(after).toMatchObject(
      engines.map(({ grade, score, feedback }) => {
        return { grade, score, feedback, engine: 'human', notifiedAt: null };
      }),
    );
    // A person graded it while the mail about the proposal was on its way: the mail about the grade stays due.
    expect(await api.client.evaluation.markNotified(first)).toEqual({
      ...{ evaluationId: first.evaluationId, notifiedAt: null },
    });
    const graded = await publishedEvents(api.context.database, 'evaluation.graded');
    expect(graded).toEqual(
      results.map(({ evaluationId, builderId }) => {
        return { evaluationId, builderId, runId: run.runId, week: run.week };
      }),
    );
    const { items: emails } = await api.client.evaluation.listEmails({ runId: run.runId });
    expect(emails.map(({ subject }) => subject)).toEqual(
      grades.map((grade) => expect.stringContaining(`grade ${grade}`)),
    );
    for (const { judgementId } of items)
      expect(
        (await api.client.reviews.list({ judgementId })).items.flatMap(({ reasons }) => reasons),
      ).not.toContainEqual(expect.objectContaining({ reason: 'overridden' }));
    await expectNothingOverridden(
      items.map(({ judgementId }) => judgementId),
      engines,
    );
    const again = await executive.evaluation.confirm({ items });
    expect(again.refused.map(({ code }) => code)).toEqual(['CONFLICT', 'CONFLICT', 'CONFLICT']);
  });

  test('are neither confirmed nor replaced by the person whose week it is', async () => {
    const { runId } = await evaluate(api.client, { dryRun: true });
    const [own] = await resultsOf(runId);
    const evaluationId = own?.evaluationId ?? '';
    const { judgementId, proposal } = await judgementOf(evaluationId);
    expect(proposal).not.toBeNull();
    const email = `${own?.builderId}@sample-company.example`;
    const builder = await staff(api, email, ['builder', 'executive'], 'Builder and executive');
    const { refused } = await builder.evaluation.confirm({ items: [{ evaluationId, judgementId }] });
    expect(refused).toMatchObject([{ evaluationId, code: 'FORBIDDEN' }]);
    const override = builder.evaluation.override({ evaluationId, judgementId, grade: 'A', reason: WHY });
    expect((await refusal(override)).code).toBe('FORBIDDEN');
    const before = await publishedEvents(api.context.database, 'evaluation.graded');
    const replaced = await executive.evaluation.override({
      ...{ evaluationId, judgementId },
      ...{ grade: 'C', reason: WHY },
    });
    expect(replaced.judgement).toMatchObject({ grade: 'C', score: null });
    // Of a dry run there are no e-mails.
    expect(await publishedEvents(api.context.database, 'evaluation.graded')).toEqual(before);
  });

  test('are not lowered by a key that acts for no person', async () => {
    await executive.oversight.set({ kind: 'evaluation', gradeFloor: null, reason: WHY });
    const { runId } = await evaluate(api.client, { dryRun: true });
    const [first] = await resultsOf(runId);
    const evaluationId = first?.evaluationId ?? '';
    const { judgementId } = await judgementOf(evaluationId);
    const lowered = { evaluationId, judgementId, grade: 'E' as const, reason: WHY };
    expect((await refusal(api.client.evaluation.override(lowered))).code).toBe('PERSON_REQUIRED');
    expect((await executive.evaluation.override(lowered)).judgement).toMatchObject({ grade: 'E' });
  });

  test('are left to people altogether where the kind is stopped', async () => {
    await executive.oversight.set({ kind: 'evaluation', mode: 'people', reason: WHY });
    const { runId } = await evaluate(api.client, { dryRun: true });
    const [first] = await resultsOf(runId);
    const judgement = await judgementOf(first?.evaluationId ?? '');
    expect(judgement).toMatchObject({ grade: 'insufficient evidence', proposal: null, needsReview: true });
  });
});
