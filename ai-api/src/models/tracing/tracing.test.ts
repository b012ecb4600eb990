import { type LangfuseRecorder, startLangfuseRecorder } from '@ai-manager/langfuse/test-recorder';
import { type TraceRecorder, traceRecorder } from '@ai-manager/langfuse/test-traces';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startApi, type TestApi } from '../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../test/databases.ts';
import { type ModelRecorder, scoreEverything, startModelRecorder } from '../../../test/model-recorder.ts';
import { evaluate, everyItem, smallCompany } from '../../../test/runs.ts';

/** Several batches of the exporter, in each third of the run. */
const SIZE = 360;
const good = scoreEverything(90, () => ['week.note']);

describe.each(businessDatabases())('traces of judgements on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let model: ModelRecorder;
  let langfuse: LangfuseRecorder;
  let traces: TraceRecorder;

  beforeAll(async () => {
    traces = traceRecorder();
    langfuse = await startLangfuseRecorder(traces.routes);
    model = await startModelRecorder(good);
    testDatabase = await create();
    api = await startApi(testDatabase, {
      OPENAI_API_KEY: 'sk-test',
      OPENAI_BASE_URL: model.url,
      LANGFUSE_BASE_URL: langfuse.url,
      LANGFUSE_PUBLIC_KEY: langfuse.publicKey,
      LANGFUSE_SECRET_KEY: langfuse.secretKey,
      LANGFUSE_TIMEOUT_MS: '500',
    });
    await api.client.people.import({ ...smallCompany(SIZE), dryRun: false });
  });
  afterAll(async () => {
    await api?.stop();
    await model?.close();
    await langfuse?.close();
    await testDatabase?.remove();
  });

  test('with Langfuse down for the middle third lose no row, and an export completes the traces', async () => {
    const since = new Date().toISOString();
    model.answerWith((call) => {
      if (call.number === Math.floor(SIZE / 3)) langfuse.failWith('refuse');
      if (call.number === Math.floor((SIZE * 2) / 3)) langfuse.failWith(null);
      return good(call);
    });
    const run = await evaluate(api.client);
    expect(run).toMatchObject({ judged: SIZE, failed: 0 });

    const { items } = await api.client.usage.summarize({ by: 'purpose' });
    expect(items).toMatchObject([{ purpose: 'judgement', attempts: SIZE, failed: 0 }]);
    const { traces: due } = await api.client.usage.exportTraces({ since });
    expect(due).toBeLessThanOrEqual(SIZE);
    const all = { exported: SIZE, pending: 0, notSampled: 0, left: 0 };
    await vi.waitFor(async () => expect(await api.client.usage.getTraces({})).toEqual(all), {
      timeout: 30_000,
      interval: 200,
    });
    const calls = await everyItem((page) => api.client.usage.listCalls({ limit: 500, ...page }));
    for (const { traceId } of calls) {
      expect(traces.spansOf(traceId ?? '').map(({ name }) => name)).toEqual([
        'judgement evaluation',
        'rules',
        'openai:gpt-4.1-mini',
      ]);
    }
    // Langfuse counts what is sent twice twice, until its database merges the rows.
    expect(traces.rows).toHaveLength(SIZE * 3);
    expect(await api.client.usage.exportTraces({ since })).toEqual({ traces: 0 });
  }, 180_000);

  test('whose answer was lost are looked for before they are sent again', async () => {
    const since = new Date().toISOString();
    langfuse.failWith('lose', ({ path }) => path.endsWith('/otel/v1/traces'));
    const before = traces.rows.length;
    await api.client.connection.check({});
    await vi.waitFor(() => expect(traces.rows.length).toBeGreaterThan(before), { timeout: 10_000 });
    langfuse.failWith(null);
    await api.client.usage.exportTraces({ since });
    await vi.waitFor(
      async () => expect(await api.client.usage.getTraces({})).toMatchObject({ pending: 0, left: 0 }),
      { timeout: 30_000, interval: 200 },
    );
    expect(new Set(traces.rows.map(({ spanId }) => spanId)).size).toBe(traces.rows.length);
  }, 90_000);

  test('of calls outside of judgements arrive too, one for each', async () => {
    await vi.waitFor(async () => {
      const { items } = await api.client.usage.listCalls({
        purpose: 'connection-check',
        kind: 'chat',
        limit: 50,
      });
      expect(items.length).toBeGreaterThan(0);
      for (const { traceId } of items)
        expect(traces.spansOf(traceId ?? '').map(({ name }) => name)).toEqual([
          'connection-check',
          'openai:gpt-4.1-mini',
        ]);
    }, 20_000);
  });

  test('of refused keys name them in health', async () => {
    langfuse.failWith({ status: 401 });
    await api.client.connection.check({});
    await vi.waitFor(
      async () => expect((await api.client.health.get({})).traces).toBe('keys refused'),
      20_000,
    );
    langfuse.failWith(null);
    await api.client.usage.exportTraces({ since: new Date(Date.now() - 60_000).toISOString() });
    await vi.waitFor(async () => expect((await api.client.health.get({})).traces).toBe('langfuse'), 20_000);
  }, 90_000);

  test('each says who, in which run, by which prompt and what came out', async () => {
    const { items } = await api.client.usage.listCalls({ purpose: 'judgement', limit: 1 });
    const [root, , generation] = traces.spansOf(items[0]?.traceId ?? '');
    expect(root?.attributes).toMatchObject({
      'session.id': expect.stringMatching(/^run:/),
      'langfuse.trace.tags': ['evaluation', 'model', '2026-W46'],
      'langfuse.environment': 'test',
      'langfuse.observation.metadata.judgementId': items[0]?.judgementId,
    });
    expect(JSON.parse(String(root?.attributes['langfuse.observation.output']))).toMatchObject({
      grade: expect.any(String),
    });
    expect(generation?.attributes).toMatchObject({
      'langfuse.observation.type': 'generation',
    });
  });

  test('are counted for Prometheus', async () => {
    const text = await api.context.metrics.registry.metrics();
    expect(text).toMatch(/langfuse_traces_total\{outcome="exported"\} \d+/);
    expect((await api.client.health.get({})).traces).toBe('langfuse');
  });
});
