import { Client, SdkHttpError, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN_KEY, startApi, type TestApi } from '../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../test/databases.ts';
import { smallCompany } from '../../../test/runs.ts';
import { staff } from '../../../test/staff.ts';
import { PROBLEMS } from '../../contract/errors.ts';
import type { Role } from '../../contract/operation.ts';

const OTHER_KEY = `aim_othercom_${'0123456789abcdef'.repeat(3)}`;
const ORIGIN = 'https://inspector.example.com';

describe.each(businessDatabases())('MCP on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  const clients: Client[] = [];
  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase, {
      RATE_LIMITS: 'on',
      MCP_ALLOWED_ORIGINS: ORIGIN,
      MCP_ANSWER_CHARS: '2000',
      JSON_MAX_DEPTH: '12',
    });
    const { builders, metrics } = smallCompany(12);
    await api.client.people.import({ builders, metrics });
    const { identity } = api.context;
    const tenantId = await identity.ensureTenant('Another company', 'starter');
    await identity.ensureKey(tenantId, 'theirs', OTHER_KEY, ['admin']);
  });
  afterAll(async () => {
    await Promise.all(clients.map((client) => client.close()));
    await api.stop();
    await testDatabase.remove();
  });

  async function connect(
    key: string,
    {
      query = '',
      mode = 'auto',
      headers = {},
    }: { query?: string; mode?: 'auto' | 'legacy'; headers?: object } = {},
  ): Promise<Client> {
    const client = new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode } });
    const transport = new StreamableHTTPClientTransport(new URL(`${api.url}/mcp${query}`), {
      requestInit: { headers: { authorization: `Bearer ${key}`, ...headers } },
    });
    await client.connect(transport);
    clients.push(client);
    return client;
  }
  async function keyWith(roles: Role[], scopes: string[]): Promise<string> {
    return (await api.client.apiKey.create({ name: `${roles} ${scopes}`, roles, scopes })).key;
  }
  const names = async (client: Client) => (await client.listTools()).tools.map(({ name }) => name);
  async function call(client: Client, name: string, args: Record<string, unknown> = {}, meta?: object) {
    const result = await client.callTool({ name, arguments: args, ...(meta ? { _meta: { ...meta } } : {}) });
    const texts = result.content.map((part) => (part.type === 'text' ? part.text : ''));
    return { isError: result.isError === true, texts, body: readJson(texts[0] ?? '') };
  }
  const post = (body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${api.url}/mcp`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${ADMIN_KEY}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...headers,
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' };

  test.each(['auto', 'legacy'] as const)(
    'lists and calls tools for clients of either protocol: %s',
    async (mode) => {
      const client = await connect(ADMIN_KEY, { mode });
      expect(client.getServerVersion()).toMatchObject({ name: 'ai-manager' });
      expect(client.getInstructions()).toContain('nextCursor');
      const { tools } = await client.listTools();
      expect(tools.find(({ name }) => name === 'builder_get')).toMatchObject({
        title: 'Get a builder with projects and recent weeks',
        annotations: { readOnlyHint: true },
        inputSchema: { required: ['builderId'] },
      });
      const read = await call(client, 'builder_get', { builderId: 'b-2' });
      expect(read).toMatchObject({
        isError: false,
        body: await api.client.builder.get({ builderId: 'b-2' }),
      });
    },
  );

  test('is read-only unless the scope mcp:write was given', async () => {
    const client = await connect(ADMIN_KEY);
    expect((await names(client)).some((name) => /_(create|delete|update)$/.test(name))).toBe(false);
    const refused = await call(client, 'tenant_update', { timezone: 'Europe/Oslo' });
    expect(refused).toMatchObject({ isError: true, body: { code: 'INSUFFICIENT_SCOPE', status: 403 } });
    expect(refused.body.detail).toContain('mcp:write');
    expect((await api.client.tenant.get({})).settings.timezone).toBe('UTC');
  });

  test('writes with the scope, audited under the operation as its route is', async () => {
    const client = await connect(await keyWith(['admin'], ['*', 'mcp:write']));
    expect(await names(client)).toEqual(
      expect.arrayContaining(['tenant_update', 'webhook_delete', 'builder_get']),
    );
    const done = await call(client, 'tenant_update', { timezone: 'Europe/Oslo' });
    expect(done).toMatchObject({ isError: false, body: { settings: { timezone: 'Europe/Oslo' } } });
    const { items } = await api.client.audit.list({ limit: 5 });
    expect(items.find(({ operation }) => operation === 'tenant.update')).toMatchObject({
      actor: { name: 'admin *,mcp:write' },
    });
  });

  test('carries a named write out once', async () => {
    const client = await connect(await keyWith(['admin'], ['webhook', 'mcp:write']));
    const meta = { 'ai-manager/idempotency-key': 'one-group' };
    const endpoint = { url: 'http://127.0.0.1:9/', events: ['evaluation.run.completed'] };
    const [first, second] = [
      await call(client, 'webhook_create', endpoint, meta),
      await call(client, 'webhook_create', endpoint, meta),
    ];
    expect(first.isError).toBe(false);
    expect(second.body).toEqual(first.body);
    const other = await call(client, 'webhook_create', { ...endpoint, url: 'http://127.0.0.1:8/' }, meta);
    expect(other).toMatchObject({ isError: true, body: { code: 'IDEMPOTENCY_MISMATCH' } });
    const refused = { ...endpoint, url: 'ftp://127.0.0.1/' };
    const again = { 'ai-manager/idempotency-key': 'refused' };
    for (let count = 0; count < 2; count++)
      expect((await call(client, 'webhook_create', refused, again)).body.code).toMatch(
        /INVALID_INPUT|URL_REFUSED/,
      );
  });

  test('lists what roles and scopes allow, and refuses the rest by name', async () => {
    const readonly = await connect(await keyWith(['readonly'], ['*', 'mcp:write']));
    const seen = await names(readonly);
    expect(seen).toContain('builder_list');
    expect(seen).not.toContain('audit_list');
    expect(await call(readonly, 'audit_list')).toMatchObject({ isError: true, body: { code: 'FORBIDDEN' } });
    const scoped = await names(await connect(await keyWith(['admin'], ['builder:read', 'health'])));
    expect(scoped).toEqual(['builder_list', 'builder_get', 'health_get']);
    const key = await keyWith(['admin'], ['*', 'act-as']);
    await staff(api, 'b-1@sample-company.example', ['builder']);
    const person = await connect(key, { headers: { 'ai-manager-acting-for': 'b-1@sample-company.example' } });
    expect((await call(person, 'builder_get', { builderId: 'b-1' })).isError).toBe(false);
    expect((await call(person, 'builder_get', { builderId: 'b-2' })).body.code).toBe('FORBIDDEN');
  });

  test('knows no other company', async () => {
    const theirs = await connect(OTHER_KEY);
    expect((await call(theirs, 'builder_get', { builderId: 'b-1' })).body.code).toBe('NOT_FOUND');
    expect((await call(theirs, 'builder_list')).body).toEqual({ items: [], nextCursor: null });
  });

  test('narrows the list to the resources that a client names', async () => {
    const client = await connect(ADMIN_KEY, { query: '?resources=project,builder' });
    expect(await names(client)).toEqual(['builder_list', 'builder_get', 'project_list', 'project_get']);
    await expect(call(client, 'audit_list')).rejects.toThrow('There is no tool audit_list');
    const wrong = await fetch(`${api.url}/mcp?resources=unicorn`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify(list),
    });
    expect([wrong.status, await wrong.json()]).toMatchObject([422, { errors: [{ field: 'resources' }] }]);
  });

  test('answers bad input with the problem of the route', async () => {
    const client = await connect(ADMIN_KEY);
    const codes = async (name: string, args: Record<string, unknown>) =>
      (await call(client, name, args)).body;
    expect(await codes('builder_get', {})).toMatchObject({
      code: 'INVALID_INPUT',
      errors: [{ field: 'builderId' }],
    });
    expect(await codes('builder_list', { limit: 'many' })).toMatchObject({ errors: [{ field: 'limit' }] });
    expect(await codes('builder_list', { colour: 'blue' })).toMatchObject({ errors: [{ field: 'colour' }] });
    expect(await codes('builder_get', { builderId: 'nul\0' })).toMatchObject({ status: expect.any(Number) });
    await expect(call(client, 'builder_fire')).rejects.toThrow('There is no tool builder_fire');
  });

  test('shortens a long page and gives the cursor of the rest', async () => {
    const client = await connect(ADMIN_KEY);
    const seen: string[] = [];
    let cursor: string | null | undefined;
    let notes = 0;
    do {
      const page = await call(client, 'builder_list', cursor ? { cursor } : {});
      expect(page.texts[0]?.length).toBeLessThanOrEqual(2_000);
      notes += page.texts.length - 1;
      const items = page.body.items as { builderId: string }[];
      seen.push(...items.map(({ builderId }) => builderId));
      cursor = page.body.nextCursor as string | null;
    } while (cursor);
    expect(seen).toHaveLength(12);
    expect(new Set(seen).size).toBe(12);
    expect(notes).toBeGreaterThan(0);
  });

  test('refuses wrong credentials, cookies, pages of other origins, and other methods', async () => {
    await expect(connect('aim_wrongkey_00000000000000000000000000000000000000')).rejects.toThrow();
    const refused = async (headers: Record<string, string>) => {
      const response = await post(list, headers);
      return [response.status, ((await response.json()) as { code: string }).code];
    };
    expect(await refused({ authorization: 'Bearer nothing' })).toEqual([401, 'UNAUTHENTICATED']);
    const cookie = await fetch(`${api.url}/mcp`, { method: 'POST', headers: { cookie: 'session=x' } });
    expect([cookie.status, cookie.headers.get('www-authenticate')]).toEqual([
      401,
      'Bearer realm="ai-manager"',
    ]);
    const { host } = new URL(api.url);
    for (const origin of ['https://evil.example', `http://${host}.evil.example`, 'null'])
      expect(await refused({ origin })).toEqual([403, 'CSRF_REFUSED']);
    expect((await post(list, { origin: ORIGIN })).status).toBe(200);
    const get = await fetch(`${api.url}/mcp`);
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
  });

  test('refuses bodies that are no JSON, too large or too deep', async () => {
    const codeOf = async (response: Promise<Response>) =>
      ((await (await response).json()) as { code: string }).code;
    expect(await codeOf(post('{"jsonrpc"'))).toBe('MALFORMED_JSON');
    expect(await codeOf(post(list, { 'content-type': 'text/plain' }))).toBe('UNSUPPORTED_MEDIA_TYPE');
    expect(await codeOf(post({ ...list, params: { padding: 'x'.repeat(1_100_000) } }))).toBe(
      'BODY_TOO_LARGE',
    );
    expect(await codeOf(post(`${'['.repeat(50)}${']'.repeat(50)}`))).toBe('BODY_TOO_DEEP');
    for (const strange of ['null', '[]', '7', '{"jsonrpc":"2.0","method":5,"id":{}}']) {
      const response = await post(strange);
      expect(response.status).toBeGreaterThanOrEqual(400);
      expect(response.status).toBeLessThan(500);
    }
  });

  test('holds no connection open', async () => {
    const response = await post({ ...list, method: 'subscriptions/listen' });
    expect(response.status).toBe(405);
  });

  test('says that it is on', async () => {
    expect((await api.client.health.get({})).mcp).toBe('on');
  });

  test('counts calls against the rate limit of their tenant', async () => {
    const client = await connect(OTHER_KEY);
    let sent = 0;
    const failed = await (async () => {
      for (; sent < 400; sent++) {
        const error = await call(client, 'identity_whoami').catch((reason: unknown) => reason);
        if (error instanceof Error) return error;
      }
    })();
    expect(failed).toBeInstanceOf(SdkHttpError);
    expect((failed as SdkHttpError).status).toBe(PROBLEMS.RATE_LIMITED.status);
    expect(sent).toBeGreaterThan(200);
  });
});

function readJson(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
