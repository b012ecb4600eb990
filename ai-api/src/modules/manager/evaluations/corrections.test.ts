import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { evaluate, smallCompany } from '../../../../test/runs.ts';
import { staff } from '../../../../test/staff.ts';
import type { Client } from '../../../catalogue/client.ts';

const WHY = 'I looked at the commits of that week.';

describe.each(businessDatabases())('figures that are imported again on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let boss: Client;
  const { builders, metrics } = smallCompany(5);
  const figures = (builderId: string, change: object) =>
    metrics.filter(({ builder_id }) => builder_id === builderId).map((row) => ({ ...row, ...change }));

  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase);
    boss = await staff(api, 'boss@sample-company.example', ['executive'], 'The boss');
    await api.client.people.import({
      builders,
      metrics: metrics.map((row) => ({ ...row, hours_worked: 30, goals_met: 2 })),
    });
    await evaluate(api.client);
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
  });

  async function week(builderId: string) {
    const { items } = await api.client.evaluation.list({ builderId });
    return api.client.evaluation.get({ evaluationId: items[0]?.evaluationId ?? '' });
  }
  const published = async (builderId: string) => {
    const rows = await api.context.database
      .system('the test looks behind the API')
      .selectFrom('events.outbox')
      .select('data')
      .where('type', '=', 'evaluation.corrected')
      .execute();
    return rows
      .map(({ data }) => data as Record<string, unknown>)
      .filter((one) => one.builderId === builderId);
  };
  const waitFor = (builderId: string) =>
    vi.waitFor(async () => expect(await published(builderId)).toHaveLength(1), {
      timeout: 30_000,
      interval: 100,
    });

  test('judge the week anew: what is better supersedes, and nothing is deleted', async () => {
    const before = await week('b-1');
    await api.client.evaluation.markNotified({ evaluationId: before.evaluationId });
    await api.client.people.import({ metrics: figures('b-1', { hours_worked: 40, goals_met: 4 }) });
    await waitFor('b-1');
    const after = await week('b-1');
    expect(after.judgement).toMatchObject({
      engine: 'rules',
      supersedes: before.judgement?.judgementId,
      decidedBy: null,
    });
    expect(after.judgement?.score).toBeGreaterThan(before.judgement?.score ?? 100);
    expect(await published('b-1')).toMatchObject([{ superseded: true, sentTo: 1 }]);
    const { items } = await api.client.audit.list({ operationId: 'evaluation.correct' });
    const { details } = await api.client.audit.get({ seq: items[0]?.seq ?? 0 });
    expect(details[0]?.content).toMatchObject({
      sentTo: [{ what: 'mail', to: 'b-1@sample-company.example' }],
    });
    const explained = await api.client.explanation.get({ judgementId: before.judgement?.judgementId ?? '' });
    expect(explained.result).toBe(`grade ${before.judgement?.grade}`);
  });

  test('ask a person where the result would be worse: the old one stays', async () => {
    const before = await week('b-2');
    await api.client.people.import({ metrics: figures('b-2', { hours_worked: 2, goals_met: 0 }) });
    await waitFor('b-2');
    expect((await week('b-2')).judgement).toEqual(before.judgement);
    expect(await published('b-2')).toMatchObject([{ superseded: false }]);
    const { items } = await api.client.evaluation.list({ builderId: 'b-2' });
    const reviewReasons = ['Figures that were imported again would give another result.'];
    expect(items).toMatchObject([{ needsReview: true, reviewReasons, grade: before.judgement?.grade }]);
    expect((await week('b-2')).reviewReasons).toEqual(reviewReasons);
  });

  test('leave what a person decided, what stayed the same, and an import that is only tried out', async () => {
    const { evaluationId, judgement } = await week('b-3');
    const given = { evaluationId, judgementId: judgement?.judgementId ?? '', reason: WHY };
    const decided = await boss.evaluation.override({ ...given, grade: 'C' });
    const same = await week('b-4');
    const tried = await week('b-5');
    await api.client.people.import({
      metrics: [
        ...figures('b-3', { hours_worked: 40, goals_met: 4 }),
        ...figures('b-4', { hours_worked: 30, goals_met: 2 }),
      ],
    });
    await api.client.people.import({
      metrics: figures('b-5', { hours_worked: 40, goals_met: 4 }),
      dryRun: true,
    });
    // What a person was asked already is not asked again, however often it is imported.
    await api.client.people.import({ metrics: figures('b-2', { hours_worked: 2, goals_met: 0 }) });
    await api.client.people.import({ metrics: figures('b-1', { hours_worked: 30, goals_met: 2 }) });
    await vi.waitFor(async () => expect(await published('b-1')).toHaveLength(2), { timeout: 30_000 });
    expect(await published('b-2')).toHaveLength(1);
    // The right figures again: there is nothing left to look at.
    await api.client.people.import({ metrics: figures('b-2', { hours_worked: 30, goals_met: 2 }) });
    await vi.waitFor(
      async () => {
        const { items } = await api.client.evaluation.list({ builderId: 'b-2' });
        expect(items).toMatchObject([{ needsReview: false, reviewReasons: [] }]);
      },
      { timeout: 30_000, interval: 100 },
    );
    expect(await published('b-2')).toHaveLength(1);
    expect((await week('b-3')).judgement).toEqual(decided.judgement);
    expect((await week('b-4')).judgement).toEqual(same.judgement);
    expect((await week('b-5')).judgement).toEqual(tried.judgement);
    expect([...(await published('b-3')), ...(await published('b-4')), ...(await published('b-5'))]).toEqual(
      [],
    );
  });
});
