import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { refusal } from '../../../../test/people.ts';
import { evaluate, smallCompany } from '../../../../test/runs.ts';
import { staff } from '../../../../test/staff.ts';
import type { Client } from '../../../catalogue/client.ts';

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

  test('are proposed below the floor of the company, and count once a person confirms them', async () => {
    const before = await evaluate(api.client, { dryRun: true });
    const grades = (await resultsOf(before.runId)).map(({ grade }) => grade);
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
    const { confirmed, refused } = await executive.evaluation.confirm({ items });
    expect([confirmed.map(({ grade }) => grade), refused]).toEqual([grades, []]);
    const after = await resultsOf(run.runId);
    expect(after.map(({ grade, engine }) => [grade, engine])).toEqual(
      grades.map((grade) => [grade, 'human']),
    );
    const again = await executive.evaluation.confirm({ items });
    expect(again.refused.map(({ code }) => code)).toEqual(['CONFLICT', 'CONFLICT', 'CONFLICT']);
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
