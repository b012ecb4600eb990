import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN_KEY, startApi, type TestApi } from '../../../test/api.ts';
import { businessDatabases, createTestDatabase, type TestDatabase } from '../../../test/databases.ts';
import { connect } from '../../../test/followers.ts';
import { hasRedis, startUpstash } from '../../../test/real-redis.ts';
import type { UpstashBridge } from '../../../test/upstash-bridge.ts';
import { TIERS, type Tier } from '../../contract/tiers.ts';

const SECRET = '0123456789abcdef'.repeat(3);
const keyOf = (prefix: string) => `aim_${prefix.padEnd(8, '0')}_${SECRET}`;
const codeOf = async (response: Response) => ((await response.json()) as { code: string }).code;

/** Sends until an answer is 429; answers that, and how many came before it. */
async function untilRefused(send: () => Promise<Response>, most: number) {
  for (let passed = 0; passed < most; passed++) {
    const response = await send();
    if (response.status === 429) return { response, passed };
    await response.arrayBuffer();
  }
  throw new Error(`Nothing was refused in ${most} requests`);
}

async function prepareTiers({ context: { identity } }: TestApi) {
  for (const tier of TIERS) {
    const tenantId = await identity.ensureTenant(`a tenant of ${tier}`, tier);
    for (const name of [tier.slice(0, 6), `${tier.slice(0, 6)}2`])
      await identity.ensureKey(tenantId, name, keyOf(name), ['admin']);
  }
}

describe.each(businessDatabases())('rate limits on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase, { RATE_LIMITS: 'on', TRUST_PROXY: '1' });
    await prepareTiers(api);
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
  });

  const send = (path: string, from: string, key?: string) =>
    fetch(api.url + path, {
      headers: { 'x-forwarded-for': from, ...(key ? { authorization: `Bearer ${key}` } : {}) },
      redirect: 'manual',
    });

  test('are reported with every answer', async () => {
    const { headers } = await send('/openapi.json', '192.0.2.1');
    expect(headers.get('ratelimit-policy')).toBe('"anonymous";q=100;w=60');
    expect(headers.get('ratelimit')).toMatch(/^"anonymous";r=99;t=\d+$/);
  });

  test('refuse an address without a credential, whatever it asks for, and no other address', async () => {
    const paths = ['/openapi.json', '/nowhere', '/whoami', '/docs/problems', '/'];
    let index = 0;
    const next = () => send(paths[index++ % paths.length] as string, '192.0.2.2');
    const { response, passed } = await untilRefused(next, 200);
    expect(passed).toBeGreaterThanOrEqual(100);
    expect(passed).toBeLessThan(130);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(response.headers.get('ratelimit')).toContain('r=0;');
    expect(await codeOf(response)).toBe('RATE_LIMITED');
    expect((await send('/openapi.json', '192.0.2.3')).status).toBe(200);
    expect((await send('/whoami', '192.0.2.2', ADMIN_KEY)).status).toBe(200);
  });

  test('hold at the doors of metrics and live events too, by the address behind the proxy', async () => {
    const { response, passed } = await untilRefused(() => send('/metrics', '192.0.2.30'), 200);
    expect(passed).toBeGreaterThanOrEqual(90);
    expect(await codeOf(response)).toBe('RATE_LIMITED');
    const knock = async (fields: Record<string, string> = {}) => {
      const headers = { 'x-forwarded-for': '192.0.2.30' };
      return connect(api.url, fields, undefined, headers).catch((error: { status: number }) => error.status);
    };
    expect(await knock()).toBe(429);
    expect(await knock({ ticket: 'guessed' })).toBe(429);
    expect((await send('/events/stream', '192.0.2.30')).status).toBe(429);
    const guess = () => send('/metrics', '192.0.2.31', keyOf('guess'));
    expect((await untilRefused(guess, 60)).passed).toBeGreaterThanOrEqual(30);
  });

  test('never refuse a probe', async () => {
    const responses = await Promise.all(Array.from({ length: 150 }, () => send('/health', '192.0.2.4')));
    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200]));
  });

  test('count a whole IPv6 network as one address', async () => {
    const one = await send('/openapi.json', '2001:db8:1:2::1');
    const two = await send('/openapi.json', '2001:db8:1:2:ffff::2');
    const other = await send('/openapi.json', '2001:db8:1:3::1');
    expect([one, two, other].map(({ headers }) => headers.get('ratelimit')?.split(';')[1])).toEqual([
      'r=99',
      'r=98',
      'r=99',
    ]);
  });

  test.each([
    ['starter', 300],
    ['pro', 1200],
    ['enterprise', 6000],
  ] as [Tier, number][])('follow the tier of the tenant: %s', async (tier, limit) => {
    const { headers } = await send('/whoami', '192.0.2.5', keyOf(tier.slice(0, 6)));
    expect(headers.get('ratelimit-policy')).toBe(`"${tier}";q=${limit};w=60`);
  });

  test('refuse one key, and no other key of its tenant', async () => {
    const { passed } = await untilRefused(() => send('/whoami', '192.0.2.6', keyOf('starte')), 400);
    expect(passed).toBeGreaterThanOrEqual(290);
    expect((await send('/whoami', '192.0.2.6', keyOf('starte2'))).status).toBe(200);
  });

  test('stop guessing: then even a right key is refused there, unless it was in use before', async () => {
    const from = '192.0.2.7';
    expect((await send('/whoami', from, keyOf('pro'))).status).toBe(200);
    const { response, passed } = await untilRefused(() => send('/whoami', from, keyOf('guess')), 60);
    expect(passed).toBeGreaterThanOrEqual(30);
    expect(await codeOf(response)).toBe('RATE_LIMITED');
    expect((await send('/whoami', from, keyOf('enterp2'))).status).toBe(429);
    expect((await send('/whoami', from, keyOf('pro'))).status).toBe(200);
    expect((await send('/whoami', '192.0.2.8', keyOf('enterp2'))).status).toBe(200);
    // Also when it has to be verified anew.
    const later = Date.now() + 40_000;
    api.context.clock.now = () => new Date(later);
    expect((await send('/whoami', from, keyOf('pro'))).status).toBe(200);
    expect((await send('/whoami', from, keyOf('guess'))).status).toBe(429);
    api.context.clock.now = () => new Date();
  });
});

describe('X-Forwarded-For', () => {
  test('is not believed unless a proxy is trusted', async () => {
    const testDatabase = await createTestDatabase();
    const api = await startApi(testDatabase, { RATE_LIMITS: 'on' });
    const left = [];
    for (const from of ['192.0.2.1', '192.0.2.2']) {
      const { headers } = await fetch(`${api.url}/openapi.json`, { headers: { 'x-forwarded-for': from } });
      left.push(headers.get('ratelimit')?.split(';')[1]);
    }
    expect(left).toEqual(['r=99', 'r=98']);
    await api.stop();
    await testDatabase.remove();
  });
});

describe.runIf(hasRedis)('rate limits on Upstash', () => {
  let testDatabase: TestDatabase;
  let bridge: UpstashBridge;
  let first: TestApi;
  beforeAll(async () => {
    bridge = await startUpstash();
    testDatabase = await createTestDatabase();
    const shared = { UPSTASH_REDIS_REST_URL: bridge.url, UPSTASH_REDIS_REST_TOKEN: bridge.token };
    first = await startApi(testDatabase, { ...shared, RATE_LIMITS: 'on' });
  });
  afterAll(async () => {
    await first.stop();
    await testDatabase.remove();
    await bridge.stop();
  });

  const send = (key: string, path = '/whoami', method = 'GET') =>
    fetch(first.url + path, { method, headers: { authorization: `Bearer ${key}` } });

  test('are counted in Redis, under the tenant', async () => {
    const { headers } = await send(ADMIN_KEY);
    expect(headers.get('ratelimit')).toMatch(/^"enterprise";r=5999;t=\d+$/);
    const tenantId = await first.context.identity.ensureTenant('default');
    const keys = await bridge.redis.keys('ai-manager:limit:*');
    expect(keys.some((key) => key.includes(`tenant:${tenantId}:`))).toBe(true);
  });

  test('that cannot be counted let reads and writes pass, wrong credentials and sign-ins not, and that is counted', async () => {
    bridge.mode = 'fails';
    const id = '01890000-0000-7000-8000-000000000000';
    const read = await send(ADMIN_KEY);
    const write = await send(ADMIN_KEY, `/webhooks/endpoints/${id}`, 'DELETE');
    const signIn = await fetch(`${first.url}/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'somebody@example.com', password: 'whatever it is' }),
    });
    expect([signIn.status, await codeOf(signIn)]).toEqual([503, 'SERVICE_UNAVAILABLE']);
    const wrong = await send(keyOf('guess'));
    const right = await send(ADMIN_KEY);
    expect([read.status, write.status, wrong.status, right.status]).toEqual([200, 404, 429, 200]);
    expect(read.headers.get('ratelimit')).toBeNull();
    expect(wrong.headers.get('retry-after')).toBe('5');
    const text = await first.context.metrics.registry.metrics();
    expect(text).toMatch(/shared_store_failures_total\{use="limits"\} [4-9]/);
    bridge.mode = 'works';
  });
});
