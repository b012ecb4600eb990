import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { QueryService } from '../common/types.ts';
import { builtMarketplace } from './built.ts';
import { LOADERS } from './loaders.ts';
import { type Recorded, type Reply, startRecorder } from './recorder.ts';

let folder: string;

beforeAll(async () => {
  folder = await builtMarketplace();
});

const config = { id: 'c-1', name: 'help', dataType: 'NUMERIC', minValue: 1, maxValue: 5 };

function langfuse({ method, path }: Recorded): Reply {
  if (path === '/api/public/health') return { body: { status: 'OK', version: '4.16.0' } };
  if (path === '/api/public/projects') return { body: { data: [{ id: 'p-1' }] } };
  if (path === '/api/public/score-configs/c-1') return { body: config };
  if (path.startsWith('/api/public/v2/prompts/absent'))
    return { status: 404, body: { message: 'Prompt not found' } };
  return { body: { ok: method } };
}

describe.each(Object.entries(LOADERS))('the plugin ai-manager-langfuse, loaded %s', (_how, load) => {
  let plugin: QueryService;
  let server: Awaited<ReturnType<typeof startRecorder>>;
  const source = () => ({
    base_url: server.url,
    public_key: 'pk-lf-1',
    secret_key: 'sk-lf-2',
    project_id: 'p-1',
  });
  const run = (query: Record<string, unknown>) => plugin.run(source(), query);
  beforeAll(async () => {
    plugin = load(join(folder, 'ai-manager-langfuse/dist/index.js'));
    server = await startRecorder(langfuse);
  });
  afterAll(() => server.stop());

  test('signs in with both keys and passes the connection test', async () => {
    await expect(plugin.testConnection(source())).resolves.toEqual({ status: 'ok' });
    expect(server.requests.at(-1)?.headers.authorization).toBe(`Basic ${btoa('pk-lf-1:sk-lf-2')}`);
  });

  test('tells wrong keys and an old server apart', async () => {
    const keys = await startRecorder(({ path }) =>
      path.endsWith('/health') ? { body: { version: '4.1.0' } } : { status: 401 },
    );
    const old = await startRecorder(() => ({ body: { version: '3.150.0' } }));
    await expect(plugin.testConnection({ ...source(), base_url: keys.url })).rejects.toMatchObject({
      data: 'key',
    });
    await expect(plugin.testConnection({ ...source(), base_url: old.url })).rejects.toMatchObject({
      data: 'version',
    });
    await Promise.all([keys.stop(), old.stop()]);
  });

  test('sends a boolean score as 1, which is what Langfuse keeps', async () => {
    await run({ operation: 'score.create', traceId: 't', name: 'right', dataType: 'BOOLEAN', value: true });
    expect(server.requests.at(-1)?.body).toEqual({
      traceId: 't',
      name: 'right',
      dataType: 'BOOLEAN',
      value: 1,
    });
  });

  test('refuses a score outside its config, which Langfuse would drop without a word', async () => {
    const before = server.requests.filter(({ method }) => method === 'POST').length;
    await expect(
      run({ operation: 'score.create', traceId: 't', name: 'help', value: 9, configId: 'c-1' }),
    ).rejects.toMatchObject({ data: { fields: { value: 'must be from 1 to 5' } } });
    await expect(
      run({ operation: 'score.create', traceId: 't', name: 'helps', value: 3, configId: 'c-1' }),
    ).rejects.toMatchObject({ data: { fields: { name: 'must be help, as the score config is called' } } });
    expect(server.requests.filter(({ method }) => method === 'POST')).toHaveLength(before);
  });

  test('saves a text prompt that looks like JSON as text, and the messages of a chat as JSON', async () => {
    for (const prompt of ['{"a": 1}', '{{name}}, be brief.']) {
      await run({ operation: 'prompt.create', name: 'brief', prompt });
      expect(server.requests.at(-1)?.body).toMatchObject({ prompt });
    }
    const messages = [{ role: 'system', content: 'Be brief.' }];
    await run({ operation: 'prompt.create', name: 'brief', type: 'chat', prompt: JSON.stringify(messages) });
    expect(server.requests.at(-1)?.body).toMatchObject({ prompt: messages });
  });

  test('asks for the parts of scores that a table shows', async () => {
    await run({ operation: 'scores.list', fields: 'core,details,subject', limit: '100' });
    expect(server.requests.at(-1)?.path).toBe(
      '/api/public/v3/scores?fields=core%2Cdetails%2Csubject&limit=100',
    );
  });

  test('moves a label, queries metrics and links to a trace', async () => {
    await run({ operation: 'prompt.label', promptName: 'a b', version: '3', newLabels: '["production"]' });
    expect(server.requests.at(-1)).toMatchObject({
      method: 'PATCH',
      path: '/api/public/v2/prompts/a%20b/versions/3',
      body: { newLabels: ['production'] },
    });
    await run({ operation: 'metrics.query', input_query: '{"view":"observations"}' });
    expect(server.requests.at(-1)?.path).toBe(
      '/api/public/v2/metrics?query=%7B%22view%22%3A%22observations%22%7D',
    );
    const link = await run({ operation: 'trace.link', traceId: 'abc' });
    expect(link.data).toEqual({ url: `${server.url}/project/p-1/traces/abc` });
  });

  test('says what Langfuse said, as an error ToolJet knows', async () => {
    const error = await run({ operation: 'prompt.get', promptName: 'absent' }).catch((caught) => caught);
    expect(error.constructor.name).toBe('QueryError');
    expect(error.description).toContain('Prompt not found');
    expect(error.description).not.toContain('older');
  });
});

describe.each(Object.entries(LOADERS))('the plugin ai-manager-n8n, loaded %s', (_how, load) => {
  let plugin: QueryService;
  let server: Awaited<ReturnType<typeof startRecorder>>;
  const source = () => ({ base_url: server.url, api_key: 'n8n-key' });
  beforeAll(async () => {
    plugin = load(join(folder, 'ai-manager-n8n/dist/index.js'));
    server = await startRecorder(({ path, headers }) => {
      if (path === '/healthz') return { body: { status: 'ok' } };
      if (path.startsWith('/webhook/')) return { body: { started: true } };
      return headers['x-n8n-api-key'] === 'n8n-key' ? { body: { data: [] } } : { status: 401 };
    });
  });
  afterAll(() => server.stop());

  test('passes the connection test, and tells a wrong key', async () => {
    await expect(plugin.testConnection(source())).resolves.toEqual({ status: 'ok' });
    await expect(plugin.testConnection({ ...source(), api_key: 'other' })).rejects.toMatchObject({
      data: 'key',
    });
  });

  test('lists, activates and retries', async () => {
    await plugin.run(source(), { operation: 'executions.list', status: 'error', limit: 20 });
    await plugin.run(source(), { operation: 'workflow.activate', workflowId: 'w1' });
    await plugin.run(source(), { operation: 'execution.retry', executionId: '7', loadWorkflow: true });
    expect(server.requests.slice(-3).map(({ method, path, body }) => [method, path, body])).toEqual([
      ['GET', '/api/v1/executions?status=error&limit=20', undefined],
      ['POST', '/api/v1/workflows/w1/activate', {}],
      ['POST', '/api/v1/executions/7/retry', { loadWorkflow: true }],
    ]);
  });

  test('runs a workflow with what the app sends, and keeps the API key to itself', async () => {
    await plugin.run(source(), {
      operation: 'workflow.run',
      webhookPath: 'weekly',
      body: { week: '2026-W46' },
    });
    const sent = server.requests.at(-1);
    expect(sent).toMatchObject({ path: '/webhook/weekly', body: { week: '2026-W46' } });
    expect(sent?.headers['x-n8n-api-key']).toBeUndefined();
  });
});
