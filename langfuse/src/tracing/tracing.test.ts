import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type LangfuseRecorder, type Recorded, startLangfuseRecorder } from '../../test/recorder.ts';
import { type TraceRecorder, traceRecorder } from '../../test/recorder-traces.ts';
import { createTraceExporter, type TraceExporter, type TraceRecord } from './index.ts';

let recorder: LangfuseRecorder;
let traces: TraceRecorder;
let exporter: TraceExporter;

beforeEach(async () => {
  traces = traceRecorder();
  recorder = await startLangfuseRecorder(traces.routes);
  exporter = createTraceExporter({
    baseUrl: recorder.url,
    publicKey: recorder.publicKey,
    secretKey: recorder.secretKey,
    environment: 'test',
    release: '1.2.3',
    timeoutMs: 300,
    mask: (text) => text.replaceAll('secret', '<masked>'),
  });
});
afterEach(async () => {
  await exporter.close();
  await recorder.close();
});

const at = (second: number) => new Date(Date.UTC(2026, 10, 16, 8, 0, second));
const idOf = (n: number) => n.toString(16).padStart(32, 'a');

function trace(n: number, more: Partial<TraceRecord> = {}): TraceRecord {
  return {
    id: idOf(n),
    name: 'judgement evaluation',
    startedAt: at(0),
    endedAt: at(3),
    person: 'user-1',
    sessionId: 'run:1',
    tags: ['2026-W46'],
    metadata: { grade: 'B' },
    input: { note: 'Shipped.' },
    output: { grade: 'B' },
    spans: [
      { key: 'rules', name: 'rules', type: 'span', startedAt: at(0), endedAt: at(1), output: { scored: 3 } },
      {
        key: 'call-1',
        name: 'openai:gpt-4.1-mini',
        type: 'generation',
        startedAt: at(1),
        endedAt: at(3),
        model: 'gpt-4.1-mini',
        usage: { tokensIn: 1000, tokensOut: 100, tokensCached: 400 },
        costMicros: 560,
        prompt: { name: 'evaluation', version: 3 },
      },
    ],
    ...more,
  };
}

test('a trace has its parts below a root, with user, session, tags, environment, release, usage and prompt', async () => {
  expect(await exporter.export([trace(1)])).toEqual(new Map([[idOf(1), 'exported']]));
  const [root, ...parts] = traces.spansOf(idOf(1));
  expect(root).toMatchObject({
    name: 'judgement evaluation',
    service: 'ai-manager',
    attributes: {
      'langfuse.environment': 'test',
      'langfuse.release': '1.2.3',
      'user.id': 'user-1',
      'session.id': 'run:1',
      'langfuse.trace.tags': ['2026-W46'],
      'langfuse.observation.metadata.grade': 'B',
    },
  });
  expect(parts.map(({ name, parentSpanId }) => [name, parentSpanId])).toEqual([
    ['rules', root?.spanId],
    ['openai:gpt-4.1-mini', root?.spanId],
  ]);
  expect(parts[1]?.attributes).toMatchObject({
    'langfuse.observation.type': 'generation',
    'langfuse.observation.model.name': 'gpt-4.1-mini',
    'langfuse.observation.prompt.name': 'evaluation',
    'langfuse.observation.prompt.version': 3,
    'langfuse.observation.usage_details': '{"input":600,"output":100,"input_cached_tokens":400}',
    'langfuse.observation.cost_details': '{"total":0.00056}',
  });
});

test('nothing leaves unmasked: names, tags, ids and metadata either', async () => {
  const secret = 'a secret';
  await exporter.export([
    trace(2, {
      name: secret,
      person: secret,
      sessionId: secret,
      tags: [secret],
      metadata: { nested: { secret } },
      input: { secret },
      spans: [
        {
          key: 'a',
          name: secret,
          type: 'span',
          startedAt: at(0),
          endedAt: at(1),
          output: secret,
          error: secret,
        },
      ],
    }),
  ]);
  expect(traces.spansOf(idOf(2))).toHaveLength(2);
  expect(JSON.stringify(traces.spansOf(idOf(2)))).not.toContain('secret');
});

test('a trace that is sent again is the same one', async () => {
  await exporter.export([trace(3)]);
  const first = traces.spans.size;
  await exporter.export([trace(3)]);
  expect(traces.spans.size).toBe(first);
});

test('a thousand traces at once arrive whole', async () => {
  const many = Array.from({ length: 1000 }, (_, n) => trace(100 + n));
  const deliveries = await exporter.export(many);
  expect([...deliveries.values()].every((delivery) => delivery === 'exported')).toBe(true);
  expect(traces.spans.size).toBe(3000);
});

test('a trace arrives whole or not at all, whatever request fails', async () => {
  const many = Array.from({ length: 300 }, (_, n) => trace(5_000 + n));
  let requests = 0;
  recorder.failWith({ status: 500 }, () => requests++ % 2 === 1);
  const deliveries = await exporter.export(many);
  expect(new Set(deliveries.values())).toEqual(new Set(['exported', 'failed']));
  for (const [id, delivery] of deliveries)
    expect(traces.spansOf(id), id).toHaveLength(delivery === 'exported' ? 3 : 0);
});

test('a trace that cannot be looked up keeps no other from being found', async () => {
  await exporter.export([trace(7)]);
  const isLookUp = ({ method, query }: Recorded) => method === 'GET' && query.get('traceId') === idOf(8);
  recorder.failWith({ status: 500 }, isLookUp);
  expect(await exporter.known([idOf(7), idOf(8), idOf(9)])).toEqual(
    new Map([
      [idOf(7), true],
      [idOf(9), false],
    ]),
  );
});

describe('a Langfuse that', () => {
  test.each([
    ['refuses connections', 'refuse' as const],
    ['hangs', 'hang' as const],
    ['answers 500', { status: 500 }],
    ['answers 401', { status: 401 }],
  ])('%s fails the export in a known time, and takes the traces afterwards', async (_what, fault) => {
    recorder.failWith(fault);
    expect(await exporter.export([trace(4)])).toEqual(new Map([[idOf(4), 'failed']]));
    recorder.failWith(null);
    await expect.poll(async () => (await exporter.export([trace(4)])).get(idOf(4))).toBe('exported');
    expect(traces.spansOf(idOf(4))).toHaveLength(3);
  });

  test('answers 413 gets traces one by one and short', async () => {
    traces.limit = 60_000;
    const deliveries = await exporter.export([trace(5, { input: 'x'.repeat(90_000) }), trace(6)]);
    expect([...deliveries.values()]).toEqual(['exported', 'exported']);
    expect(String(traces.spansOf(idOf(5))[0]?.attributes['langfuse.observation.input'])).toMatch(
      /… \(\d+ characters\)$/,
    );
  });
});
