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
    langfuse.failWith('refuse');
    await vi.waitFor(async () => {
      const { exported } = await api.client.usage.getTraces({});
      expect(await api.client.usage.exportTraces({ since })).toEqual({ traces: SIZE - exported });
    }, 10_000);
    langfuse.failWith(null);
    await api.client.usage.exportTraces({ since });
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

  test('that cannot be looked up wait, and keep no new one from being sent', async () => {
    const since = new Date().toISOString();
    const rows = traces.rows.length;
    langfuse.failWith('lose', ({ path }) => path.endsWith('/otel/v1/traces'));
    await api.client.connection.check({});
    await vi.waitFor(() => expect(traces.rows.length).toBeGreaterThan(rows), { timeout: 10_000 });
    langfuse.failWith(
      { status: 500 },
      ({ method, path }) => method === 'GET' && path.endsWith('/observations'),
    );
    await api.client.usage.exportTraces({ since });
    const sent = traces.rows.length;
    await api.client.connection.check({});
    await vi.waitFor(() => expect(traces.rows.length).toBeGreaterThan(sent), { timeout: 10_000 });
    expect((await api.client.usage.getTraces({})).pending).toBeGreaterThan(0);
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
    // This Langfuse has no prompts to link to.
    expect(generation?.attributes).not.toHaveProperty('langfuse.observation.prompt.name');
  });

  test('that Langfuse has are sent once more when that is asked for', async () => {
    const since = new Date(0).toISOString();
    const { exported, ...others } = await api.client.usage.getTraces({});
    expect(others).toEqual({ pending: 0, notSampled: 0, left: 0 });
    const rows = traces.rows.length;
    expect(await api.client.usage.exportTraces({ since, again: true })).toEqual({ traces: exported });
    await vi.waitFor(
      async () => expect(await api.client.usage.getTraces({})).toEqual({ exported, ...others }),
      { timeout: 30_000, interval: 200 },
    );
    expect(traces.rows.length - rows).toBe(traces.spans.size);
  }, 60_000);

  test('that a sample leaves out are not counted as due', async () => {
    const ids = [...new Set([...traces.spans.values()].map(({ traceId }) => traceId))];
    const chosen = ids.filter((id) => Number.parseInt(id.slice(-8), 16) < 0x8000_0000);
    expect(chosen.length).toBeGreaterThan(0);
    expect(chosen.length).toBeLessThan(ids.length);
    const half = await startApi(testDatabase, {
      LANGFUSE_BASE_URL: langfuse.url,
      LANGFUSE_PUBLIC_KEY: langfuse.publicKey,
      LANGFUSE_SECRET_KEY: langfuse.secretKey,
      LANGFUSE_SAMPLE_RATE: '0.5',
    });
    const since = new Date(0).toISOString();
    expect(await half.client.usage.exportTraces({ since, again: true })).toEqual({ traces: chosen.length });
    await half.stop();
  }, 60_000);

  test('are counted for Prometheus', async () => {
    const text = await api.context.metrics.registry.metrics();
    expect(text).toMatch(/langfuse_traces_total\{outcome="exported"\} \d+/);
    expect((await api.client.health.get({})).traces).toBe('langfuse');
  });
});
