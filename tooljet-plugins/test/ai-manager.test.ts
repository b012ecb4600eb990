import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN_KEY, SAMPLE_WEEK, sampleCompany, startApi, type TestApi } from '../../ai-api/test/api.ts';
import { createTestDatabase, type TestDatabase } from '../../ai-api/test/databases.ts';
import type { QueryService } from '../common/types.ts';
import { builtMarketplace } from './built.ts';
import { LOADERS } from './loaders.ts';
import { startRecorder } from './recorder.ts';

let folder: string;
let testDatabase: TestDatabase;
let api: TestApi;

beforeAll(async () => {
  folder = await builtMarketplace();
  testDatabase = await createTestDatabase();
  api = await startApi(testDatabase, { TOOLJET_PLUGINS_DIR: folder });
  await api.client.people.import(sampleCompany());
});
afterAll(async () => {
  await api?.stop();
  await testDatabase?.remove();
});

describe('the marketplace that the API serves', () => {
  test.each(['dist/index.js', 'lib/manifest.json', 'lib/operations.json', 'lib/icon.svg'])(
    'gives ToolJet %s, without a key',
    async (path) => {
      const response = await fetch(`${api.url}/marketplace-assets/ai-manager/${path}`);
      expect(response.status).toBe(200);
      expect(await response.text()).toBe(await readFile(join(folder, 'ai-manager', path), 'utf8'));
    },
  );

  test.each(['ai-manager/dist/other.js', 'ai-manager/', '..%2fpackage.json', 'ai-manager/..%2f..%2fx'])(
    'gives nobody %s',
    async (path) => {
      expect((await fetch(`${api.url}/marketplace-assets/${path}`)).status).toBe(404);
    },
  );
});

describe.each(Object.entries(LOADERS))('the plugin ai-manager, loaded %s', (_how, load) => {
  let plugin: QueryService;
  const source = () => ({ base_url: `${api.url}/`, api_key: ADMIN_KEY, act_as: false, role: 'any' });
  const run = (query: Record<string, unknown>) => plugin.run(source(), query);
  beforeAll(() => {
    plugin = load(join(folder, 'ai-manager/dist/index.js'));
  });

  test('passes the connection test', async () => {
    await expect(plugin.testConnection(source())).resolves.toEqual({ status: 'ok' });
  });

  test('starts a dry run and reads it', async () => {
    const started = await run({ operation: 'evaluation.startWeekly', week: SAMPLE_WEEK, dryRun: 'true' });
    expect(started).toMatchObject({ status: 'ok', data: { week: SAMPLE_WEEK, dryRun: true, builders: 75 } });
    const { runId } = started.data as { runId: string };
    await expect(run({ operation: 'evaluation.getRun', runId })).resolves.toMatchObject({ data: { runId } });
  });

  test('reads a list over several pages, and goes on where it ended', async () => {
    const first = await run({ operation: 'builder.list', limit: '60' });
    const { items, nextCursor } = first.data as { items: { builderId: string }[]; nextCursor: string };
    const rest = await run({ operation: 'builder.list', limit: 1000, cursor: nextCursor });
    const others = (rest.data as { items: { builderId: string }[] }).items;
    expect(rest.data).toMatchObject({ nextCursor: null });
    expect(new Set([...items, ...others].map(({ builderId }) => builderId)).size).toBe(75);
  });

  test('names every required field that is empty, and asks nobody', async () => {
    await expect(run({ operation: 'evaluation.override', evaluationId: ' ' })).rejects.toMatchObject({
      message: 'The input is not valid',
      data: { fields: { evaluationId: 'must not be empty', reason: 'must not be empty' } },
    });
  });

  test('shows the detail of a problem and the fields that were refused, as an error ToolJet knows', async () => {
    const refused = await run({ operation: 'evaluation.startWeekly', week: 'W99' }).catch((error) => error);
    expect(refused.constructor.name).toBe('QueryError');
    expect(refused).toMatchObject({
      message: 'The input is not valid',
      description: expect.stringContaining('week: must be an ISO week such as 2026-W45'),
      data: { status: 422, code: 'INVALID_INPUT', fields: { week: expect.stringContaining('ISO week') } },
    });
  });

  test.each(['', 'evaluation.fire', 'constructor'])('refuses the operation "%s"', async (operation) => {
    await expect(run({ operation })).rejects.toMatchObject({ data: { code: 'NO_OPERATION' } });
  });

  test('gives a failure as data where an app asks for that, since ToolJet 2 shows no error', async () => {
    const refused = await run({ operation: 'builder.get', builderId: 'b-9999', failures: 'data' });
    expect(refused).toMatchObject({
      status: 'ok',
      data: { queryFailure: { description: expect.stringMatching(/\S/), data: { code: 'NOT_FOUND' } } },
    });
  });

  test('lets no value lead to another operation', async () => {
    await expect(run({ operation: 'builder.get', builderId: '..' })).rejects.toMatchObject({
      data: { code: 'INVALID_INPUT' },
    });
    await expect(run({ operation: 'builder.get', builderId: '../whoami' })).rejects.toMatchObject({
      data: { code: 'NOT_FOUND' },
    });
  });

  test('tells an address, a key and a role that are wrong apart', async () => {
    const fault = (change: Record<string, unknown>) =>
      plugin.testConnection({ ...source(), ...change }).catch((error) => error.data);
    const dead = await startRecorder(() => 'hang up');
    const other = await startRecorder(() => ({ body: { version: 'none' }, status: 404 }));
    const older = await startRecorder(() => ({ body: { version: '0.0.9' } }));
    const poor = await startRecorder(({ path }) => ({
      body: path === '/health' ? { version: '0.1.7' } : { roles: ['builder'] },
    }));
    await expect(fault({ base_url: 'ai-manager.example' })).resolves.toBe('url');
    await expect(fault({ base_url: dead.url })).resolves.toBe('url');
    await expect(fault({ base_url: other.url })).resolves.toBe('url');
    await expect(fault({ base_url: older.url })).resolves.toBe('version');
    await expect(fault({ api_key: '' })).resolves.toBe('key');
    await expect(fault({ api_key: ADMIN_KEY.replace('0123', '3210') })).resolves.toBe('key');
    await expect(fault({ base_url: poor.url, role: 'executive' })).resolves.toBe('role');
    await expect(fault({ base_url: poor.url, role: 'builder' })).resolves.toEqual({ status: 'ok' });
    await Promise.all([dead, other, older, poor].map((server) => server.stop()));
  });

  test('names the person whom the server signed in, and never a browser', async () => {
    const recorder = await startRecorder(() => ({ body: { items: [], nextCursor: null } }));
    const acting = { ...source(), base_url: recorder.url, act_as: true };
    const query = { operation: 'builder.list', user: 'somebody-else', currentUser: { id: 'somebody-else' } };
    await plugin.run(acting, query, 'ds-env', 'now', {
      user: { id: 'u-1' },
      app: { id: 'a', isPublic: false },
    });
    expect(recorder.requests[0]?.headers['ai-manager-acting-for']).toBe('tooljet:u-1');
    await expect(
      plugin.run(acting, query, 'ds-env', 'now', { app: { isPublic: true } }),
    ).rejects.toMatchObject({
      data: { code: 'NO_PERSON' },
    });
    expect(recorder.requests).toHaveLength(1);
    await recorder.stop();
  });

  test('lets an executive decide in a dashboard, whose key has the scope for it, and refuses a key without', async () => {
    const email = `chief-${_how.replaceAll(/\W/g, '')}@example.com`;
    const person = { email, name: 'The Chief', password: 'a password of the tests' };
    const { userId } = await api.client.user.create({ ...person, roles: ['executive'] });
    const subject = `tooljet-${userId}`;
    await api.client.user.link({ userId, issuer: 'tooljet', subject });
    const { items } = await api.client.builder.list({ limit: 1 });
    const planWith = async (scopes: string[]) => {
      const { key } = await api.client.apiKey.create({ name: 'ToolJet', roles: ['admin'], scopes });
      const query = {
        ...{ operation: 'plan.create', builderId: items[0]?.builderId },
        reason: 'Four weeks below the goals that were agreed.',
        goals: JSON.stringify([{ goalId: 'g-1', title: 'Ship it', measure: 'It runs in production' }]),
        ...{ startsOn: '2026-11-16', endsOn: '2026-12-31' },
      };
      const acting = { ...source(), api_key: key, act_as: true };
      return plugin.run(acting, query, 'ds-env', 'now', {
        user: { id: subject },
        app: { id: 'a', isPublic: false },
      });
    };
    await expect(planWith(['*', 'act-as'])).rejects.toMatchObject({ data: { code: 'PERSON_REQUIRED' } });
    const made = (await planWith(['*', 'act-as', 'decide'])) as { data: { planId: string; version: number } };
    expect(made).toMatchObject({ status: 'ok', data: { status: 'active' } });
    const { planId, version } = made.data;
    await api.client.plan.close({ planId, version, status: 'cancelled', outcome: 'Only for this test.' });
  });

  test('asks again with the same key when an answer was lost, and follows no redirect', async () => {
    let calls = 0;
    const recorder = await startRecorder(() =>
      ++calls === 1 ? 'hang up' : { body: { runId: 'r' }, status: 202 },
    );
    const flaky = { ...source(), base_url: recorder.url };
    await plugin.run(flaky, { operation: 'evaluation.startWeekly' });
    const keys = recorder.requests.map(({ headers }) => headers['idempotency-key']);
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(1);
    await recorder.stop();
    const elsewhere = await startRecorder(() => ({
      status: 302,
      headers: { location: 'http://other.example/' },
    }));
    await expect(
      plugin.run({ ...source(), base_url: elsewhere.url }, { operation: 'builder.list' }),
    ).rejects.toMatchObject({ description: 'It redirects to http://other.example/.' });
    await elsewhere.stop();
  });
});
