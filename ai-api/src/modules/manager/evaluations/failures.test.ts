import { fileURLToPath } from 'node:url';
import { v7 as uuidv7 } from 'uuid';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Fault, type Sources, startSources } from '../../../../../examples/sources.ts';
import { partOfSampleCompany, SAMPLE_WEEK, startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { type ModelRecorder, scoreEverything, startModelRecorder } from '../../../../test/model-recorder.ts';
import {
  completed,
  evaluate,
  everyItem,
  problem,
  smallCompany,
  storedEvaluations,
} from '../../../../test/runs.ts';

const SAMPLE = fileURLToPath(new URL('../../../../../examples/sample-company/', import.meta.url));
const KEY = 'a-key-of-the-test';

describe.each(businessDatabases())('a weekly evaluation on $name', { timeout: 120_000 }, ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let sources: Sources | undefined;
  let recorder: ModelRecorder | undefined;
  beforeEach(async () => {
    testDatabase = await create();
  });
  afterEach(async () => {
    await api.stop();
    await sources?.close();
    await recorder?.close();
    await testDatabase.remove();
  });

  async function start(env: Record<string, string>, builders: number) {
    api = await startApi(testDatabase, env);
    await api.client.people.import(partOfSampleCompany(builders));
    return api.client;
  }

  const modelAt = ({ url }: ModelRecorder) => ({
    OPENAI_API_KEY: 'sk-test',
    OPENAI_BASE_URL: url,
    OPENAI_MODEL: 'test-1',
    MODEL_TIMEOUT_MS: '30000',
  });

  function completions() {
    return api.context.database
      .system('the test looks behind the API')
      .selectFrom('events.outbox')
      .where('type', '=', 'evaluation.run.completed')
      .select('data')
      .orderBy('id')
      .execute();
  }

  test('reports builders whose sources fail, and judges them alone when asked again', async () => {
    const faults = new Map<string, Fault>([
      ['worksmart/b-0003', { status: 500 }],
      ['brainlift/b-0008', { hang: true }],
      ['metrics/b-0012', { status: 401 }],
    ]);
    sources = await startSources({ directory: SAMPLE, apiKey: KEY, port: 0, faults });
    const sourceEnv = {
      WORKSMART_URL: sources.worksmartUrl,
      WORKSMART_API_KEY: KEY,
      BRAINLIFT_URL: sources.brainliftUrl,
      BRAINLIFT_API_KEY: KEY,
      METRICS_URL: sources.metricsUrl,
      METRICS_API_KEY: KEY,
      SOURCE_TIMEOUT_MS: '2000',
      EVALUATION_CONCURRENCY: '3',
    };
    const client = await start(sourceEnv, 12);

    const run = await evaluate(client);
    const { runId } = run;
    expect(run).toMatchObject({ judged: 9, failed: 3, pending: 0, status: 'completed' });
    const expected = [
      { builderId: 'b-0003', reason: 'WorkSmart failed on its side (500)' },
      { builderId: 'b-0008', reason: 'BrainLift did not answer within 2 s' },
      { builderId: 'b-0012', reason: 'Metrics API refused the API key (401)' },
    ];
    expect(run.failures).toMatchObject(expected);
    const { items: failed } = await client.evaluation.listResults({ runId, status: 'failed' });
    expect(failed).toMatchObject(
      expected.map(({ builderId, reason }) => ({ builderId, error: reason, grade: null, projects: [] })),
    );
    expect(await everyItem((page) => client.evaluation.listEmails({ runId, ...page }))).toHaveLength(9);

    const { evaluationId = '' } = failed[0] ?? {};
    expect(await client.evaluation.get({ evaluationId })).toMatchObject({ judgement: null, attempts: 1 });
    expect(await problem(client.evaluation.markNotified({ evaluationId }))).toEqual({
      status: 409,
      code: 'NOT_JUDGED',
    });
    const override = {
      evaluationId,
      judgementId: uuidv7(),
      grade: 'A',
      reason: 'Because I say so.',
    } as const;
    expect(await problem(client.evaluation.override(override))).toEqual({ status: 409, code: 'NOT_JUDGED' });
    const retry = (builderId: string) => client.evaluation.retry({ runId, builderId });
    expect(await problem(retry('b-0001'))).toEqual({ status: 409, code: 'CONFLICT' });
    expect(await problem(retry('b-9999'))).toEqual({ status: 404, code: 'NOT_FOUND' });

    faults.delete('worksmart/b-0003');
    const before = await storedEvaluations(api.context.database, runId);
    const asked = sources.requests.length;
    expect(await retry('b-0003')).toMatchObject({
      status: 'running',
      pending: 1,
      failed: 2,
      completedAt: null,
    });
    expect(await completed(client, runId)).toMatchObject({ judged: 10, failed: 2 });
    expect(await client.evaluation.get({ evaluationId })).toMatchObject({
      status: 'judged',
      error: null,
      attempts: 2,
    });
    expect(new Set(sources.requests.slice(asked).map(({ builderId }) => builderId))).toEqual(
      new Set(['b-0003']),
    );
    const others = (rows: typeof before) => rows.filter(({ builder_id }) => builder_id !== 'b-0003');
    expect(others(await storedEvaluations(api.context.database, runId))).toEqual(others(before));

    faults.clear();
    await client.evaluation.retry({ runId });
    expect(await completed(client, runId)).toMatchObject({
      judged: 12,
      failed: 0,
      failures: [],
      projects: 15,
    });
    expect((await completions()).map(({ data }) => data)).toMatchObject([
      { runId, judged: 9, failed: 3 },
      { runId, judged: 10, failed: 2 },
      { runId, judged: 12, failed: 0, projects: 15 },
    ]);
    expect(await client.evaluation.retry({ runId })).toMatchObject({ status: 'completed', judged: 12 });
  });

  test('grades a project once, also when it changes hands between two attempts', async () => {
    const faults = new Map<string, Fault>([['worksmart/b-2', { status: 401 }]]);
    sources = await startSources({ directory: SAMPLE, apiKey: KEY, port: 0, faults });
    api = await startApi(testDatabase, { WORKSMART_URL: sources.worksmartUrl, WORKSMART_API_KEY: KEY });
    const ledBy = (builder_id: string) => ({
      project_id: 'p-1',
      name: 'Paper Otter',
      builder_id,
      status: 'active',
      stage: 'build',
      stage_history: null,
      tam_usd: 5e8,
      tam_rationale: null,
      goal: null,
    });
    await api.client.people.import({ ...smallCompany(2), projects: [ledBy('b-1')] });
    const { runId } = await evaluate(api.client);
    await api.client.people.import({ projects: [ledBy('b-2')] });
    faults.clear();
    expect(await api.client.evaluation.retry({ runId })).toMatchObject({ judged: 1, pending: 1 });
    expect(await completed(api.client, runId)).toMatchObject({ judged: 2, failed: 0, projects: 1 });
    const { items } = await api.client.evaluation.listResults({ runId });
    expect(items.map(({ projects }) => projects.map(({ projectId }) => projectId))).toEqual([['p-1'], []]);
  });

  test('whose model is down is judged by rules, and every judgement says so', async () => {
    recorder = await startModelRecorder(() => ({ status: 500 }));
    const client = await start(modelAt(recorder), 25);
    const run = await evaluate(client);
    expect(run).toMatchObject({ judged: 25, failed: 0, projects: 32, engine: 'model' });
    const results = await everyItem((page) => client.evaluation.listResults({ runId: run.runId, ...page }));
    let asked = 0;
    for (const { evaluationId, engine } of results) {
      const { judgement, projects } = await client.evaluation.get({ evaluationId });
      expect(engine).toBe('rules');
      for (const part of [judgement, ...projects.map((entry) => entry.judgement)]) {
        expect(part?.engine).toBe('rules');
        if (!part?.model) continue;
        asked++;
        expect(part.modelFailure).toMatchObject({ kind: 'unreachable' });
      }
    }
    expect(asked).toBeGreaterThan(25);
    expect(recorder.calls.length).toBeLessThan(20);
    const { items } = await client.evaluation.listEmails({ runId: run.runId, limit: 1 });
    expect(items[0]?.html).toContain('Decided by rules: what you wrote was not read this week.');
    expect(items[0]?.text).not.toMatch(/model/i);
    expect(run.notices[0]).toMatch(
      /^The model could not be used for \d+ of \d+ judgements[.] First reason: \S/,
    );
    expect(await client.health.get({})).toMatchObject({ status: 'degraded' });
  });

  test('with a model leaves to it what takes reading, and says which', async () => {
    recorder = await startModelRecorder(
      scoreEverything(70, (id) => [id === 'reflection' ? 'week.note' : 'project.tamRationale']),
    );
    const client = await start(modelAt(recorder), 20);
    const run = await evaluate(client);
    expect(run).toMatchObject({ judged: 20, failed: 0, projects: 25, engine: 'model' });
    const results = await everyItem((page) => client.evaluation.listResults({ runId: run.runId, ...page }));
    const byModel = results.filter(({ engine }) => engine === 'model');
    expect(byModel.length).toBeGreaterThan(10);
    const { judgement } = await client.evaluation.get({ evaluationId: byModel[0]?.evaluationId as string });
    expect(judgement).toMatchObject({
      engine: 'model',
      model: 'openai:test-1',
      tokensIn: 100,
      tokensOut: 20,
    });
  });

  test('keeps to the rules of its start, also after a restart in mid-run; the next one uses the new', async () => {
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const score = scoreEverything(70, (id) => [id === 'reflection' ? 'week.note' : 'project.tamRationale']);
    recorder = await startModelRecorder(async (call) => {
      await gate;
      return score(call);
    });
    const env = { ...modelAt(recorder), EVALUATION_CONCURRENCY: '4' };
    const client = await start(env, 20);
    const { runId } = await client.evaluation.startWeekly({ week: SAMPLE_WEEK });
    await vi.waitFor(() => expect(recorder?.calls.length).toBeGreaterThan(0), { timeout: 20_000 });
    await changeRule('data-complete', { score: 77, message: 'Complete, said by the second version.' });

    const stopped = api.stop();
    open();
    await stopped;
    api = await startApi(testDatabase, env);
    expect(await completed(api.client, runId)).toMatchObject({ judged: 20, failed: 0 });
    expect(await versionsUsed(runId)).toEqual(new Set([1]));

    const next = await evaluate(api.client, { dryRun: true });
    expect(await versionsUsed(next.runId)).toEqual(new Set([2]));
    const results = await everyItem((page) =>
      api.client.evaluation.listResults({ runId: next.runId, ...page }),
    );
    const details = await Promise.all(
      results.map(({ evaluationId }) => api.client.evaluation.get({ evaluationId })),
    );
    const told = details
      .flatMap(({ judgement }) => judgement?.criteria ?? [])
      .filter(({ score: s }) => s === 77);
    expect(told.length).toBeGreaterThan(8);
    for (const { rule, reason } of told) {
      expect(rule).toEqual({ key: 'data-complete', version: 2 });
      expect(reason).toBe('Complete, said by the second version.');
    }
  });

  /** Writes the second version of a rule of builders' evaluations. */
  async function changeRule(key: string, change: object): Promise<void> {
    const { database, identity } = api.context;
    const tenantId = await identity.ensureTenant('default');
    await database.withTenant(tenantId, async (transaction) => {
      const { definition, kind } = await transaction
        .selectFrom('judgement.rules')
        .select(['definition', 'kind'])
        .where('key', '=', key)
        .executeTakeFirstOrThrow();
      await transaction
        .insertInto('judgement.rules')
        .values({
          id: uuidv7(),
          kind,
          key,
          version: 2,
          definition: JSON.stringify({ ...definition, ...change }),
          created_by: 'test',
        })
        .execute();
    });
  }

  async function versionsUsed(runId: string): Promise<Set<number | undefined>> {
    const rows = await storedEvaluations(api.context.database, runId);
    return new Set(rows.map(({ rules }) => rules?.find(({ key }) => key === 'data-complete')?.version));
  }
});
