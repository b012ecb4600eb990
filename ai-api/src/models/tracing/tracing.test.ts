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
    langfuse = await startLangfuseRecorder([traces.route]);
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
    expect(await api.client.usage.exportTraces({ since })).toEqual({ traces: SIZE });
    await vi.waitFor(
      async () =>
        expect(await api.client.usage.getTraces({})).toEqual({ exported: SIZE, pending: 0, left: 0 }),
      { timeout: 30_000, interval: 200 },
    );
    const calls = await everyItem((page) => api.client.usage.listCalls({ limit: 500, ...page }));
    for (const { traceId } of calls) {
      expect(traces.spansOf(traceId ?? '').map(({ name }) => name)).toEqual([
        'judgement evaluation',
        'rules',
        'openai:gpt-4.1-mini',
      ]);
    }
    // Sent more than once, kept once.
    expect(traces.spans.size).toBe(SIZE * 3);
  }, 180_000);

  test('each says who, in which run, by which prompt and what came out', async () => {
    const { items } = await api.client.usage.listCalls({ limit: 1 });
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
      'langfuse.observation.prompt.name': 'evaluation',
      'langfuse.observation.prompt.version': 1,
    });
  });

  test('are counted for Prometheus', async () => {
    const text = await api.context.metrics.registry.metrics();
    expect(text).toMatch(/langfuse_traces_total\{outcome="exported"\} \d+/);
    expect((await api.client.health.get({})).traces).toBe('langfuse');
  });
});
