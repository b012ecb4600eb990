import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ADMIN_KEY, testEnvironment } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { type OtlpRecorder, startOtlpRecorder } from '../../../../test/otlp-recorder.ts';
import { builderRow } from '../../../../test/people.ts';
import { type Subscriber, startSubscriber } from '../../../../test/subscriber.ts';
import { otlpSettings, readConfig } from '../../../config/index.ts';
import { createLog } from '../../../platform/log.ts';
import { exportLogs, type LogExport } from '../../../platform/telemetry/log-export.ts';
import { type RunningServer, startServer } from '../../../server.ts';

const TRACE = 'a'.repeat(31).concat('1');
const PARENT = 'b'.repeat(16);
const NOTE = 'a-name-that-no-collector-may-see';
const POLL = { timeout: 20_000, interval: 50 };

describe.each(businessDatabases())('traces on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let recorder: OtlpRecorder;
  let subscriber: Subscriber;
  let source: ReturnType<typeof createServer>;
  let server: RunningServer;
  let logs: LogExport;
  const sourceHeaders: Record<string, unknown>[] = [];

  const call = (method: string, path: string, body?: object, headers: Record<string, string> = {}) =>
    fetch(`${server.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json', ...headers },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
  const spansOf = (traceId: string) => recorder.spans.filter((span) => span.traceId === traceId);
  const attributesOf = (span: { attributes: { key: string; value: Record<string, unknown> }[] }) =>
    Object.fromEntries(span.attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

  beforeAll(async () => {
    testDatabase = await create();
    recorder = await startOtlpRecorder();
    subscriber = await startSubscriber();
    source = createServer((request, response) => {
      sourceHeaders.push(request.headers);
      response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => source.listen(0, '127.0.0.1', resolve));
    const config = readConfig(
      testEnvironment(testDatabase, {
        OTEL_EXPORTER_OTLP_ENDPOINT: recorder.url,
        OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20a-key',
        OTEL_EXPORTER_OTLP_TIMEOUT: '1000',
        OTEL_TRACES_SAMPLER_ARG: '0',
        OTEL_BSP_SCHEDULE_DELAY: '100',
        WORKSMART_URL: `http://127.0.0.1:${(source.address() as AddressInfo).port}`,
        WORKSMART_API_KEY: 'a-key-of-the-source',
      }),
    );
    logs = exportLogs(otlpSettings(config) ?? expect.fail('nothing is exported'));
    server = await startServer(config, createLog('info', logs.stream));
    await call('POST', '/webhooks/endpoints', {
      url: subscriber.url,
      events: ['evaluation.run.completed'],
    });
    await call('POST', '/people/import', { builders: [builderRow({ name: NOTE })] });
  });
  afterAll(async () => {
    recorder.mode = 'hangs';
    await server.stop();
    await logs.close(100);
    await recorder.close();
    await subscriber.close();
    source.close();
    await testDatabase.remove();
  });

  test('go on from the request through statements and jobs to the calls outside', async () => {
    const traceparent = `00-${TRACE}-${PARENT}-01`;
    const answer = await call(
      'POST',
      '/evaluations/weekly',
      { week: '2026-W46', allowEmpty: true },
      { traceparent },
    );
    expect(answer.status).toBe(202);
    await vi.waitFor(() => expect(subscriber.deliveries).toHaveLength(1), POLL);
    await vi.waitFor(() => {
      const names = spansOf(TRACE).map(({ name }) => name);
      expect(names).toEqual(
        expect.arrayContaining(['evaluation.startWeekly', 'insert', 'process webhook.deliver']),
      );
      expect(names).toContain('deliver evaluation.run.completed');
    }, POLL);
    const request = spansOf(TRACE).find(({ name }) => name === 'evaluation.startWeekly');
    expect(request).toMatchObject({ parentSpanId: PARENT, kind: 2 });
    expect(attributesOf(request ?? expect.fail())).toMatchObject({
      'http.request.method': 'POST',
      'http.route': '/evaluations/weekly',
    });
    expect(subscriber.deliveries[0]?.headers.traceparent).toContain(`00-${TRACE}-`);
    expect(sourceHeaders[0]?.traceparent).toContain(`00-${TRACE}-`);
    expect(spansOf(TRACE).map(({ name }) => name)).toContain('GET WorkSmart');
  });

  test('tell of statements their text, and nothing of their values, bodies or keys', () => {
    const statement = spansOf(TRACE).find(({ name }) => name === 'insert');
    expect(attributesOf(statement ?? expect.fail())['db.query.text']).toMatch(/^insert into .*\$1/);
    const everything = recorder.bodies.join('\n');
    expect(everything).not.toContain(NOTE);
    expect(everything).not.toContain('thistle@people.example');
    expect(everything).not.toContain(ADMIN_KEY);
    expect(everything).not.toContain('a-key-of-the-source');
    expect(recorder.authorization).toContain('Bearer a-key');
  });

  test('are left to the sender to sample, and else to the ratio', async () => {
    const unsampled = `${'c'.repeat(31)}1`;
    await call('GET', '/builders', undefined, { traceparent: `00-${unsampled}-${PARENT}-00` });
    await call('GET', '/builders', undefined, { traceparent: 'not a place in a trace' });
    await call('GET', '/builders');
    const sampled = `${'d'.repeat(31)}1`;
    await call('GET', '/builders', undefined, { traceparent: `00-${sampled}-${PARENT}-01` });
    await vi.waitFor(() => expect(spansOf(sampled).length).toBeGreaterThan(0), POLL);
    const others = recorder.spans.filter(({ traceId }) => traceId !== sampled && traceId !== TRACE);
    expect(others).toEqual([]);
  });

  test('are named by the lines of the log, which are exported too', async () => {
    await vi.waitFor(() => {
      const line = recorder.logs.find(({ traceId }) => traceId === TRACE);
      expect(attributesOf(line ?? expect.fail('no line')).operation).toBe('evaluation.startWeekly');
    }, POLL);
  });

  test.each(['fails', 'hangs', 'breaks'] as const)('do no harm while the collector %s', async (mode) => {
    recorder.mode = mode;
    const traceparent = `00-${'e'.repeat(31)}1-${PARENT}-01`;
    const many = Array.from({ length: 30 }, () => call('GET', '/builders', undefined, { traceparent }));
    expect((await Promise.all(many)).map(({ status }) => status)).toEqual(Array(30).fill(200));
    recorder.mode = 'takes';
    const after = `${mode.charCodeAt(0).toString(16).padStart(31, '0')}2`;
    const again = { traceparent: `00-${after}-${PARENT}-01` };
    expect((await call('GET', '/builders', undefined, again)).status).toBe(200);
    await vi.waitFor(() => expect(spansOf(after).length).toBeGreaterThan(0), POLL);
  });
});
