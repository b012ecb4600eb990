import { createHash, createHmac, randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';

const KEY = randomBytes(32);
const NEXT_KEY = randomBytes(32);

interface Sending {
  method?: string;
  path?: string;
  /** Path that is signed, where it is another one. */
  signedPath?: string;
  body?: object;
  /** Body that is signed, where it is another one. */
  signedBody?: string;
  claims?: object;
  key?: Buffer;
  keyId?: string;
  headers?: Record<string, string>;
}

describe.each(businessDatabases())('requests that another platform signs, on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;

  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase, {
      DEPLOY_MODE: 'integrated',
      PLATFORM_HEADER: JSON.stringify({
        issuer: 'https://platform.example.com',
        keys: { first: KEY.toString('base64'), next: NEXT_KEY.toString('base64') },
        roles: { owner: 'admin', member: 'readonly' },
      }),
    });
  });
  afterAll(async () => {
    await api?.stop();
    await testDatabase?.remove();
  });

  function signed(sending: Sending): { url: string; init: RequestInit } {
    const { method = 'GET', path = '/whoami', body, claims, key = KEY, keyId = 'first', headers } = sending;
    const text = body === undefined ? '' : JSON.stringify(body);
    const header = Buffer.from(
      JSON.stringify({
        user: { id: 'ada', email: 'ada@example.com', name: 'Ada' },
        company: 'Acme',
        roles: ['owner'],
        at: Math.floor(Date.now() / 1000),
        nonce: randomUUID(),
        body: createHash('sha256')
          .update(sending.signedBody ?? text)
          .digest('hex'),
        ...claims,
      }),
    ).toString('base64url');
    const over = ['v1', method, sending.signedPath ?? path, header].join('\n');
    const signature = createHmac('sha256', key).update(over).digest('hex');
    return {
      url: api.url + path,
      init: {
        method,
        ...(body === undefined ? {} : { body: text }),
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          'ai-manager-platform': header,
          'ai-manager-platform-signature': `${keyId}:${signature}`,
          ...headers,
        },
      },
    };
  }
  async function send({ url, init }: { url: string; init: RequestInit }) {
    const response = await fetch(url, init);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }
  const ask = (sending: Sending = {}) => send(signed(sending));

  test('names user, company and roles; the company begins with it, with an entry in its trail', async () => {
    const first = await ask();
    expect(first.body).toMatchObject({
      tenant: 'Acme',
      roles: ['admin'],
      user: { email: 'ada@example.com', name: 'Ada' },
    });
    const other = await ask({ key: NEXT_KEY, keyId: 'next', claims: { roles: ['member'] } });
    expect(other.body).toMatchObject({ tenantId: first.body.tenantId, roles: ['readonly'] });
    const { items } = (await ask({ path: '/audit?operationId=company.begin' })).body as {
      items: unknown[];
    };
    expect(items).toHaveLength(1);
    const rules = (await ask({ path: '/rules' })).body as { items: unknown[] };
    expect(rules.items.length).toBeGreaterThan(0);
  });

  test('a company that two requests name at once begins once', async () => {
    const claims = { company: 'Twins' };
    const answers = await Promise.all(Array.from({ length: 4 }, () => ask({ claims })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(new Set(answers.map(({ body }) => body.tenantId)).size).toBe(1);
  });

  test('a body is the one that was signed', async () => {
    const key = { name: 'a key', roles: ['readonly'] };
    const post = { method: 'POST', path: '/api-keys' };
    expect((await ask({ ...post, body: key })).status).toBe(201);
    for (const forged of [
      { ...post, body: key, signedBody: JSON.stringify({ ...key, roles: ['ops'] }) },
      { ...post, body: key, signedBody: '' },
      { ...post, signedBody: JSON.stringify(key) },
    ])
      expect(await ask(forged)).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
    expect((await ask({ path: '/api-keys' })).body.items).toHaveLength(1);
  });

  test('a request is taken once, within a minute', async () => {
    const once = signed({});
    expect((await send(once)).status).toBe(200);
    expect((await send(once)).status).toBe(401);
    const at = Math.floor(Date.now() / 1000);
    expect((await ask({ claims: { at: at - 50 } })).status).toBe(200);
    for (const wrong of [at - 75, at + 75, at - 86_400])
      expect((await ask({ claims: { at: wrong } })).status).toBe(401);
  });

  test.each<[string, Sending]>([
    ['another path', { path: '/users', signedPath: '/whoami' }],
    ['another query', { path: '/users?limit=500', signedPath: '/users?limit=1' }],
    ['another method', { method: 'POST', path: '/whoami', signedPath: '/whoami' }],
    ['a key of the attacker', { key: randomBytes(32) }],
    ['an unknown key', { keyId: 'third' }],
    ['a key name of objects', { keyId: '__proto__' }],
    ['no company', { claims: { company: ' ' } }],
    ['the company of the installation', { claims: { company: 'default' } }],
    ['a person without a role', { claims: { company: 'Nowhere', roles: ['guest'] } }],
    ['a role that objects have', { claims: { company: 'Nowhere', roles: ['constructor'] } }],
    ['a token beside it', { headers: { authorization: 'Bearer x' } }],
    ['acting for another person', { headers: { 'ai-manager-acting-for': 'ben@example.com' } }],
    ['a short nonce', { claims: { nonce: 'x' } }],
    ['a field too many', { claims: { admin: true } }],
  ])('refuses %s', async (_what, sending) => {
    const { status } = await ask(sending);
    expect([401, 405]).toContain(status);
    expect(status === 405).toBe(sending.method === 'POST');
    expect(await api.context.identity.findTenantByName('Nowhere')).toBeUndefined();
  });

  test('takes no body where it is not read as a whole', async () => {
    const call = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
    expect((await ask({ method: 'POST', path: '/mcp', body: call })).status).toBe(401);
    expect((await ask({ method: 'POST', path: '/mcp', body: call, signedBody: '' })).status).toBe(401);
  });
});

test('an installation without such keys takes no signed header', async () => {
  const [kind] = businessDatabases();
  const testDatabase = await kind?.create();
  if (!testDatabase) throw new Error('there is no database');
  const api = await startApi(testDatabase);
  try {
    const headers = { 'ai-manager-platform': 'e30', 'ai-manager-platform-signature': `x:${'0'.repeat(64)}` };
    expect((await fetch(`${api.url}/whoami`, { headers })).status).toBe(401);
  } finally {
    await api.stop();
    await testDatabase.remove();
  }
});
