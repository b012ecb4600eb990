import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ADMIN_KEY, sampleCompany, testEnvironment } from '../../../../test/api.ts';
import { databaseKinds, type TestDatabase } from '../../../../test/databases.ts';
import { type ModelRecorder, scoreEverything, startModelRecorder } from '../../../../test/model-recorder.ts';
import { evaluate } from '../../../../test/runs.ts';
import { createClient } from '../../../catalogue/client.ts';
import { resources } from '../../../catalogue/index.ts';
import { readConfig } from '../../../config/index.ts';
import { createLog } from '../../../platform/log.ts';
import { type RunningServer, startServer } from '../../../server.ts';

const TOKEN = 'a-token-for-the-scraper-of-the-test';
const MODEL_KEY = 'sk-a-model-key-of-the-test';
const SECRET_NOTE = 'a-note-that-only-its-reader-may-see';

interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

function parse(text: string): Sample[] {
  return [...text.matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm)].map(([, name, labels = '', value]) => ({
    name: name as string,
    labels: Object.fromEntries([...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, text]) => [key, text])),
    value: Number(value),
  }));
}

describe.each(databaseKinds())('telemetry on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let server: RunningServer;
  let model: ModelRecorder;
  let endpoint: Server;
  let webhookSecret: string;
  let samples: Sample[];
  let runId: string;
  const lines: string[] = [];

  const get = (path: string, key = ADMIN_KEY, init: RequestInit = {}) =>
    fetch(`${server.url}${path}`, { ...init, headers: { authorization: `Bearer ${key}`, ...init.headers } });
  const scrape = async () => parse(await (await get('/metrics', TOKEN)).text());
  const total = (name: string, labels: Record<string, string> = {}) =>
    samples
      .filter((sample) => sample.name === name)
      .filter((sample) => Object.entries(labels).every(([key, value]) => sample.labels[key] === value))
      .reduce((sum, { value }) => sum + value, 0);

  beforeAll(async () => {
    testDatabase = await create();
    model = await startModelRecorder(scoreEverything(80, (criterion) => [criterion]));
    endpoint = createServer((_request, response) => response.writeHead(204).end());
    await new Promise<void>((resolve) => endpoint.listen(0, '127.0.0.1', resolve));
    const env = testEnvironment(testDatabase, {
      PROMETHEUS_TOKEN: TOKEN,
      OPENAI_API_KEY: MODEL_KEY,
      OPENAI_BASE_URL: model.url,
      LOG_LEVEL: 'trace',
    });
    const sink = new Writable({
      write: (chunk, _encoding, done) => {
        lines.push(String(chunk));
        done();
      },
    });
    const config = readConfig(env);
    server = await startServer(config, createLog('trace', sink));
    await beBusy();
    samples = await scrape();
  });
  afterAll(async () => {
    await server.stop();
    await model.close();
    endpoint.close();
    await testDatabase.remove();
  });

  /** Everything that leaves a trace: an import, a run with a model and a webhook, and requests of all kinds. */
  async function beBusy() {
    const client = createClient(resources, { baseUrl: server.url as string, apiKey: ADMIN_KEY });
    const { port } = endpoint.address() as AddressInfo;
    const hook = await client.webhook.create({
      url: `http://127.0.0.1:${port}/`,
      events: ['evaluation.run.completed'],
    });
    webhookSecret = hook.secret;
    const company = sampleCompany();
    const marked = company.metrics.replace(/^(b-0001,2026-W46,(?:[^,]*,){6}).*$/m, `$1${SECRET_NOTE}`);
    await client.people.import({ ...company, metrics: marked });
    ({ runId } = await evaluate(client));
    await vi.waitFor(
      async () => {
        const { lastDelivery } = await client.webhook.get({ endpointId: hook.id });
        expect(lastDelivery?.status).toBe('delivered');
      },
      { timeout: 30_000, interval: 100 },
    );
    await client.evaluation.getRun({ runId });
    await get('/evaluations/runs/no-uuid');
    await get(`/builders/${uuidv7()}`);
    await get(`/nothing/${uuidv7()}?token=${SECRET_NOTE}`);
    await get('/whoami', 'aim_nobodyno_0123456789abcdef0123456789abcdef-of-nobody');
    await get('/builders', ADMIN_KEY, { method: 'PROPFIND' });
    await get('/people/import', ADMIN_KEY, {
      method: 'POST',
      body: `{"builders": "${SECRET_NOTE}`,
      headers: { 'content-type': 'application/json' },
    });
    await get('/people/import', ADMIN_KEY, {
      method: 'POST',
      body: JSON.stringify({ builders: SECRET_NOTE }),
      headers: { 'content-type': 'application/json' },
    });
    await get('/people/import', ADMIN_KEY, {
      method: 'POST',
      body: JSON.stringify({ ...company, metrics: `${marked}\u0000${SECRET_NOTE}` }),
      headers: { 'content-type': 'application/json' },
    });
  }

  describe('/metrics', () => {
    test('is for the scraper and for people who operate', async () => {
      const answers = [
        await get('/metrics', TOKEN),
        await get('/metrics', ADMIN_KEY),
        await get('/metrics', 'x'.repeat(30)),
        await fetch(`${server.url}/metrics`),
      ];
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 401, 401]);
      expect(answers[0]?.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
      await Promise.all(answers.map((answer) => answer.text()));
      const tenantId = await server.context.identity.ensureTenant('default');
      const readonly = `aim_readonly_${'fedcba9876543210'.repeat(3)}`;
      await server.context.identity.ensureKey(tenantId, 'reader', readonly, ['readonly']);
      expect((await get('/metrics', readonly)).status).toBe(403);
    });

    test('counts and times every operation under its id', () => {
      const of = (endpoint: string) => ({ endpoint, method: 'GET', status: '200' });
      expect(total('http_requests_total', of('evaluation.getRun'))).toBeGreaterThan(0);
      expect(total('http_request_duration_seconds_count', { endpoint: 'evaluation.getRun' })).toBe(
        total('http_requests_total', { endpoint: 'evaluation.getRun' }),
      );
      expect(total('http_requests_total', { endpoint: 'people.import', status: '400' })).toBe(1);
      expect(total('http_requests_total', { endpoint: 'identity.whoami', status: '401' })).toBe(1);
      expect(total('http_requests_total', { endpoint: 'other', status: '404' })).toBe(1);
      expect(total('http_requests_total', { method: 'other', status: '405' })).toBe(1);
    });

    test('counts what was judged, asked, delivered and worked off', () => {
      expect(total('judgements_total', { kind: 'evaluation' })).toBe(75);
      expect(total('judgements_total', { kind: 'project-evaluation' })).toBe(97);
      expect(total('model_calls_total', { provider: 'openai' })).toBe(model.calls.length);
      expect(total('model_call_duration_seconds_count')).toBe(model.calls.length);
      expect(total('model_tokens_total', { direction: 'in' })).toBeGreaterThan(0);
      expect(total('webhook_deliveries_total', { outcome: 'delivered' })).toBe(1);
      expect(total('job_tasks_total', { task_name: 'evaluation.judge', status: 'completed' })).toBe(75);
      expect(total('job_task_duration_seconds_count', { task_name: 'evaluation.judge' })).toBe(75);
    });

    test('shows the queues, the database and the process', () => {
      for (const name of ['job_queue_depth', 'job_queue_oldest_age_seconds', 'job_dead_letters'])
        expect(samples.filter((sample) => sample.name === name).map(({ labels }) => labels.queue)).toEqual(
          server.context.jobs.names(),
        );
      expect(total('service_ready', { check: 'database' })).toBe(1);
      expect(samples.map(({ name }) => name)).toEqual(
        expect.arrayContaining([
          'postgres_connections_active',
          'nodejs_eventloop_lag_p99_seconds',
          'process_resident_memory_bytes',
        ]),
      );
      for (const query_type of ['select', 'insert', 'update'])
        expect(total('postgres_query_duration_seconds_count', { query_type })).toBeGreaterThan(0);
    });

    test('has few label values, none of them an id or anything that a caller chose', () => {
      const values = new Map<string, Set<string>>();
      for (const { labels } of samples)
        for (const [label, value] of Object.entries(labels))
          values.set(label, (values.get(label) ?? new Set()).add(value));
      const operations = Object.values(resources).flatMap(({ id, operations: ops }) =>
        Object.keys(ops).map((key) => `${id}.${key}`),
      );
      const endpoints = [...(values.get('endpoint') ?? [])];
      expect(endpoints.filter((endpoint) => ![...operations, 'metrics', 'other'].includes(endpoint))).toEqual(
        [],
      );
      for (const [label, found] of values) {
        // Queues are a fixed list of the modules.
        expect.soft([label, found.size <= (label === 'queue' ? 80 : 40)]).toEqual([label, true]);
        for (const value of found)
          expect.soft(value).not.toMatch(/[0-9a-f]{8}-|aim_|sk-|b-\d{4}|127\.0\.0\.1|note/);
      }
      expect(samples.length).toBeLessThan(3_000);
    });
  });

  test('a worker answers probes and its scraper on its configured port, and nothing else', async ({
    skip,
  }) => {
    if (!testDatabase.env.DATABASE_URL) skip('one process owns the embedded database');
    const env = { ROLE: 'worker', WORKER_PORT: '0', PROMETHEUS_TOKEN: TOKEN, JOB_PRIORITIES: 'low' };
    const worker = await startServer(readConfig(testEnvironment(testDatabase, env)), createLog('silent'));
    const ask = (path: string) =>
      fetch(`${worker.url}${path}`, { headers: { authorization: `Bearer ${TOKEN}` } });
    const paths = ['/metrics', '/ready', '/health/live', '/whoami', '/docs'];
    const statuses = [];
    for (const path of paths) statuses.push((await ask(path)).status);
    await worker.stop();
    expect(statuses).toEqual([200, 200, 200, 404, 404]);
  });

  describe('the log', () => {
    const entries = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>);

    test('names the request, the operation, the tenant and the key of each request', () => {
      const line = entries().find(({ operation }) => operation === 'evaluation.getRun');
      expect(line).toMatchObject({
        req: { method: 'GET', url: `/evaluations/runs/${runId}` },
        res: { status: 200 },
        tenantId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        keyId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        reqId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      });
    });

    test('holds no key, no secret and nothing that people wrote', () => {
      const all = lines.join('');
      expect(lines.length).toBeGreaterThan(20);
      const secrets = [ADMIN_KEY, ADMIN_KEY.slice(-32), MODEL_KEY, TOKEN, webhookSecret, SECRET_NOTE];
      const found = [...secrets, '@people.example', 'builder_id'].filter((secret) => all.includes(secret));
      expect(found).toEqual([]);
    });
  });
});

describe.each(databaseKinds())('without its database on $name', ({ create }) => {
  test('a process still reports that it is not ready', async ({ skip }) => {
    const testDatabase = await create();
    if (!testDatabase.env.DATABASE_URL) skip('the embedded database goes only with its process');
    const env = testEnvironment(testDatabase, { PROMETHEUS_TOKEN: TOKEN });
    const server = await startServer(readConfig(env), createLog('silent'));
    await server.context.jobs.stop(5_000);
    await server.context.database.close();
    const scraped = await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } });
    const text = await scraped.text();
    await server.stop();
    await testDatabase.remove();
    expect(scraped.status).toBe(200);
    expect(text).toContain('service_ready{check="database"} 0');
    expect(text).toContain('http_requests_total');
    expect(text).not.toContain('job_queue_depth{');
  });
});

describe('an error in the log', () => {
  test('says what went wrong without the values of a statement', () => {
    const lines: string[] = [];
    const log = createLog('info', { write: (line: string) => void lines.push(line) });
    const refused = Object.assign(new Error(`invalid input: "${SECRET_NOTE}"`), {
      code: '22P02',
      detail: `Failing row contains (${SECRET_NOTE})`,
      params: [SECRET_NOTE],
    });
    log.error({ err: new Error('could not store it', { cause: refused }) }, 'no');
    expect(lines[0]).not.toContain(SECRET_NOTE);
    expect(JSON.parse(lines[0] as string)).toMatchObject({
      err: { type: 'Error', message: 'could not store it', cause: { code: '22P02' } },
    });
  });
});

const observability = new URL('../../../../../infra/observability/', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, observability), 'utf8');

describe('what watches the metrics', () => {
  const WORDS = new Set(
    'rate increase sum max min by histogram_quantile topk absent min_over_time label_values'.split(' '),
  );
  const boards = readdirSync(new URL('dashboards/', observability));
  interface Board {
    uid: string;
    panels: { id: number; title: string; targets: { expr: string }[] }[];
    templating: { list: { type: string; query: unknown }[] };
  }
  const dashboards = boards.map((file) => JSON.parse(read(`dashboards/${file}`)) as Board);
  const alerts = [...read('alerts.yml').matchAll(/^ {8}expr: (.+)$/gm)].map(([, expr]) => expr as string);

  /** Metrics and labels that an expression of PromQL names. */
  function namesIn(expr: string) {
    const selectors = [...expr.matchAll(/\{([^}]*)\}/g)].flatMap(([, inside = '']) => [
      ...inside.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g),
    ]);
    const groups = [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, inside = '']) => inside.split(/,\s*/));
    const bare = expr.replaceAll(/\{[^}]*\}|\[[^\]]*\]|by \([^)]*\)/g, ' ').match(/[a-z_][a-z0-9_]*/gi);
    return {
      metrics: (bare ?? []).filter((word) => !WORDS.has(word)),
      labels: [...groups, ...selectors.map(([, label]) => label as string)],
    };
  }
  const exprs = [
    ...dashboards.flatMap(({ panels }) => panels.flatMap(({ targets }) => targets)).map(({ expr }) => expr),
    ...alerts,
  ];

  test('covers the boards and the rules that operators rely on', () => {
    expect(boards.toSorted()).toEqual([
      'correlation.json',
      'database.json',
      'evaluations.json',
      'import.json',
      'jobs.json',
      'licences.json',
      'operations.json',
      'overview.json',
      'product.json',
      'search.json',
    ]);
    expect(new Set(dashboards.map(({ uid }) => uid)).size).toBe(10);
    for (const rule of [
      /status=~"5\.\.".*> 0\.05$/,
      /job_queue_depth\) >/,
      /job_dead_letters\) > 0$/,
      /service_ready\) < 1$/,
    ])
      expect(alerts.filter((expr) => rule.test(expr))).toHaveLength(1);
  });

  test('uses only metrics and labels that exist', async () => {
    const { createMetrics } = await import('../../../platform/telemetry/metrics.ts');
    const { registry } = createMetrics();
    const known = new Set<string>();
    const labels = new Set(['instance', 'le', 'check']);
    for (const { name, type } of await registry.getMetricsAsJSON()) {
      known.add(name);
      if (String(type) === 'histogram')
        for (const part of ['bucket', 'count', 'sum']) known.add(`${name}_${part}`);
      const { labelNames } = registry.getSingleMetric(name) as unknown as { labelNames: string[] };
      for (const label of labelNames) labels.add(label);
    }
    expect(exprs.length).toBeGreaterThan(40);
    for (const expr of exprs) {
      const named = namesIn(expr);
      expect(named.metrics.length).toBeGreaterThan(0);
      expect(named.metrics.filter((name) => !known.has(name))).toEqual([]);
      expect(named.labels.filter((label) => !labels.has(label))).toEqual([]);
    }
  });
});
