import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SAMPLE_WEEK, startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { type ModelRecorder, scoreEverything, startModelRecorder } from '../../../../test/model-recorder.ts';
import { completed, evaluate, everyItem, problem, smallCompany } from '../../../../test/runs.ts';

const good = scoreEverything(90, () => ['week.note']);

describe.each(businessDatabases())('the ledger of model calls on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let recorder: ModelRecorder;

  beforeAll(async () => {
    recorder = await startModelRecorder((call) => ({
      ...(good(call) as object & { answer: unknown }),
      usage: { tokensIn: 1000, tokensOut: 100 },
    }));
    testDatabase = await create();
    api = await startApi(testDatabase, {
      OPENAI_API_KEY: 'sk-test',
      OPENAI_BASE_URL: recorder.url,
      OPENAI_MODEL: 'gpt-4.1-mini',
    });
    await api.client.people.import({ ...smallCompany(3), dryRun: false });
  });
  afterAll(async () => {
    await api?.stop();
    await recorder?.close();
    await testDatabase?.remove();
  });

  test('has one row for each attempt, with its judgement, prompt, tokens and cost', async () => {
    const run = await evaluate(api.client);
    const { items } = await api.client.usage.listCalls({});
    expect(items).toHaveLength(3);
    const judged = await everyItem((page) =>
      api.client.evaluation.listResults({ runId: run.runId, ...page }),
    );
    const details = await Promise.all(
      judged.map(({ evaluationId }) => api.client.evaluation.get({ evaluationId })),
    );
    expect(items.map(({ judgementId }) => judgementId).toSorted()).toEqual(
      details.map(({ judgement }) => judgement?.judgementId).toSorted(),
    );
    for (const item of items) {
      expect(item).toMatchObject({
        kind: 'chat',
        purpose: 'judgement',
        model: 'openai:gpt-4.1-mini',
        outcome: 'ok',
        attempt: 1,
        prompt: { name: 'evaluation' },
        tokensIn: 1000,
        tokensOut: 100,
        // 1,000 at $0.40 and 100 at $1.60 for a million.
        costMicros: 560,
        traceId: item.judgementId?.replaceAll('-', ''),
      });
    }
  });

  test('sums up by day, model, purpose and person, page by page', async () => {
    const day = new Date().toISOString().slice(0, 10);
    const { items } = await api.client.usage.summarize({ by: 'day,model,purpose,person' });
    // The person is the builder who is judged.
    expect(items.toSorted((one, other) => (one.person ?? '').localeCompare(other.person ?? ''))).toEqual(
      ['b-1', 'b-2', 'b-3'].map((person) => ({
        day,
        model: 'openai:gpt-4.1-mini',
        purpose: 'judgement',
        person,
        prompt: null,
        attempts: 1,
        failed: 0,
        tokensIn: 1000,
        tokensOut: 100,
        tokensCached: 0,
        costMicros: 560,
        unpriced: 0,
      })),
    );
    const pages = await everyItem((page) =>
      api.client.usage.summarize({ by: 'purpose,day', limit: 1, ...page }),
    );
    expect(pages).toHaveLength(1);
    expect((await api.client.usage.summarize({ purpose: 'chat' })).items).toEqual([]);
    expect((await api.client.usage.summarize({ from: '2020-01-01', to: '2020-01-31' })).items).toEqual([]);
  });

  test.each([
    [{ by: 'hour' }],
    [{ from: '2026-02-01', to: '2026-01-01' }],
    [{ cursor: 'nonsense' }],
    [{ from: 'yesterday' }],
  ])('refuses %j', async (input) => {
    expect(await problem(api.client.usage.summarize(input))).toEqual({ status: 422, code: 'INVALID_INPUT' });
  });

  test('keeps attempts that failed, with what they used', async () => {
    let asked = 0;
    recorder.answerWith((call) => {
      asked += 1;
      return asked === 1 ? { content: 'no JSON', usage: { tokensIn: 7, tokensOut: 3 } } : good(call);
    });
    await evaluate(api.client, { dryRun: true });
    const { items } = await api.client.usage.listCalls({ failed: true });
    expect(items).toMatchObject([{ outcome: 'out_of_schema', tokensIn: 7, tokensOut: 3, costMicros: 8 }]);
  });

  test('is what a budget is counted against: beyond it rules decide, and say why', async () => {
    const set = await api.client.usage.setBudget({ dailyMicros: 1 });
    expect(set).toMatchObject({ dailyMicros: 1, isOwn: true });
    expect(set.spentMicros).toBeGreaterThan(1680);
    const calls = recorder.calls.length;
    const { runId } = await api.client.evaluation.startWeekly({ week: SAMPLE_WEEK, dryRun: true });
    await completed(api.client, runId);
    expect(recorder.calls).toHaveLength(calls);
    const { items } = await api.client.evaluation.listResults({ runId });
    for (const { evaluationId } of items) {
      expect((await api.client.evaluation.get({ evaluationId })).judgement).toMatchObject({
        engine: 'rules',
        modelFailure: { kind: 'over_budget' },
      });
    }
    expect(await api.client.usage.setBudget({ dailyMicros: null })).toMatchObject({
      dailyMicros: null,
      isOwn: false,
    });
  });

  test('reports to health which models there are and in what state', async () => {
    expect((await api.client.health.get({})).providers).toEqual([
      { model: 'openai:gpt-4.1-mini', state: 'ready', isPriced: true, limitations: [] },
    ]);
  });
});
