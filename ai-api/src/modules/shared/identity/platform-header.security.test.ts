import { createHash, createHmac, randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { connect } from '../../../../test/followers.ts';

const KEY = randomBytes(32);
const NEXT_KEY = randomBytes(32);
const SETTINGS = {
  DEPLOY_MODE: 'integrated',
  RATE_LIMITS: 'on',
  TRUST_PROXY: '1',
  PLATFORM_HEADER: JSON.stringify({
    issuer: 'https://platform.example.com',
    keys: { first: KEY.toString('base64'), next: NEXT_KEY.toString('base64') },
    roles: { owner: 'admin', member: 'readonly' },
  }),
};
const NEW_KEY = { name: 'a key', roles: ['readonly'] };

interface Sending {
  method?: string;
  /** Method that is signed, where it is another one. */
  signedMethod?: string;
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
    api = await startApi(testDatabase, SETTINGS);
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
    const over = ['v1', sending.signedMethod ?? method, sending.signedPath ?? path, header].join('\n');
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
    const post = { method: 'POST', path: '/api-keys' };
    expect((await ask({ ...post, body: NEW_KEY })).status).toBe(201);
    for (const forged of [
      { ...post, body: NEW_KEY, signedBody: JSON.stringify({ ...NEW_KEY, roles: ['ops'] }) },
      { ...post, body: NEW_KEY, signedBody: '' },
      { ...post, signedBody: JSON.stringify(NEW_KEY) },
    ])
      expect(await ask(forged)).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
    expect((await ask({ path: '/api-keys' })).body.items).toHaveLength(1);
  });

  test('a request is taken within a minute', async () => {
    const at = Math.floor(Date.now() / 1000);
    expect((await ask({ claims: { at: at - 50 } })).status).toBe(200);
    for (const wrong of [at - 75, at + 75, at - 86_400])
      expect((await ask({ claims: { at: wrong } })).status).toBe(401);
  });

  test('a request is taken once, whenever within its minute it is sent again', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      const begin = Date.now();
      const sent: { second: number; request: ReturnType<typeof signed> }[] = [];
      for (let second = 0; second <= 250; second += 10) {
        vi.setSystemTime(begin + second * 1000);
        const request = signed({});
        expect((await send(request)).status).toBe(200);
        sent.push({ second, request });
        for (const again of sent.filter((earlier) => second - earlier.second < 60))
          expect((await send(again.request)).status, `sent at ${again.second}, again at ${second}`).toBe(401);
      }
    } finally {
      vi.useRealTimers();
    }
  });

  test('a request is taken once in all processes, and after a restart', async () => {
    const once = signed({});
    expect((await send(once)).status).toBe(200);
    await api.stop();
    api = await startApi(testDatabase, SETTINGS);
    expect((await send({ ...once, url: `${api.url}/whoami` })).status).toBe(401);
    expect((await ask()).status).toBe(200);
  });

  test('of requests that were sent at once and are the same one is taken', async () => {
    const once = signed({});
    const answers = await Promise.all(Array.from({ length: 6 }, () => send(once)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 401, 401, 401, 401, 401]);
  });

  test('nonces are forgotten some minutes later', async () => {
    const kept = () =>
      api.context.database
        .system('the test counts')
        .selectFrom('identity.platform_nonces')
        .select('digest')
        .execute();
    await ask();
    const before = await kept();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 15 * 60_000 });
    try {
      expect((await ask()).status).toBe(200);
    } finally {
      vi.useRealTimers();
    }
    const after = await kept();
    expect(before.length).toBeGreaterThan(0);
    expect(after.filter(({ digest }) => before.some((one) => one.digest === digest))).toEqual([]);
    expect(after).toHaveLength(1);
  });

  test('a disabled person who goes on asking keeps no one else of the platform out', async () => {
    const claims = { user: { id: 'ben', email: 'ben@example.com' }, roles: ['member'] };
    const { userId } = (await ask({ claims })).body.user as { userId: string };
    const disable = { method: 'PATCH', path: `/users/${userId}`, body: { status: 'disabled' } };
    expect((await ask(disable)).status).toBe(200);
    for (let n = 0; n < 40; n++) expect((await ask({ claims })).status).toBe(401);
    expect((await ask({ claims: { company: 'Twins' } })).status).toBe(200);
  });

  test('an address with many wrong signatures is refused', async () => {
    const guess = { key: randomBytes(32), headers: { 'x-forwarded-for': '192.0.2.7' } };
    const statuses = [];
    for (let n = 0; n < 40; n++) statuses.push((await ask(guess)).status);
    expect(statuses.at(0)).toBe(401);
    expect(statuses.at(-1)).toBe(429);
    expect((await ask()).status).toBe(200);
  });

  test.each<[string, Sending]>([
    ['another path', { path: '/users', signedPath: '/whoami' }],
    ['another query', { path: '/users?limit=500', signedPath: '/users?limit=1' }],
    ['another method', { method: 'POST', signedMethod: 'GET', path: '/api-keys', body: NEW_KEY }],
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
    expect(status).toBe(401);
    expect(await api.context.identity.findTenantByName('Nowhere')).toBeUndefined();
  });

  test('takes signed requests of operations alone', async () => {
    const call = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
    const mcp = { method: 'POST', path: '/mcp', body: call };
    const upload = {
      method: 'POST',
      path: '/uploads',
      headers: { 'tus-resumable': '1.0.0', 'upload-length': '5' },
    };
    for (const sending of [mcp, { ...mcp, signedBody: '' }, upload, { path: '/metrics' }])
      expect((await ask(sending)).status).toBe(401);
    for (const path of ['/ws?', '']) {
      const { headers } = signed({ path }).init;
      const opening = connect(api.url, {}, undefined, headers as Record<string, string>);
      await expect(opening).rejects.toMatchObject({ status: 401 });
    }
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
