import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN_KEY, startApi, type TestApi } from '../../test/api.ts';
import { createTestDatabase, type TestDatabase } from '../../test/databases.ts';
import { issueLicence, send } from '../../test/licences/company.ts';
import { testKeyFile } from '../../test/licences/key.ts';
import { freePort } from '../../test/ports.ts';
import { hasRedis, startUpstash } from '../../test/real-redis.ts';
import type { UpstashBridge } from '../../test/upstash-bridge.ts';
import { connectRedis } from './redis.ts';

const PASSWORD = 'p@ss of the test';

describe.runIf(hasRedis)('an API that is given REDIS_URL', () => {
  let testDatabase: TestDatabase;
  let bridge: UpstashBridge;
  let api: TestApi;
  beforeAll(async () => {
    bridge = await startUpstash();
    await bridge.redis.call('ACL', 'SETUSER', 'api', 'on', `>${PASSWORD}`, 'allkeys', 'allcommands');
    const url = new URL(bridge.redisUrl);
    url.username = 'api';
    url.password = PASSWORD;
    testDatabase = await createTestDatabase();
    api = await startApi(testDatabase, {
      REDIS_URL: url.href,
      RATE_LIMITS: 'on',
      LICENCE_SEATS: 'redis',
      LICENCE_KEY_FILE: testKeyFile(),
    });
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
    await bridge.stop();
  });

  test('counts requests, keeps its cache and counts seats in that Redis, whose scripts take no flags of Upstash', async () => {
    expect((await api.client.health.get({})).drivers).toMatchObject({
      limits: 'redis',
      cache: 'redis',
      seats: 'redis',
    });
    const { headers } = await fetch(`${api.url}/whoami`, {
      headers: { authorization: `Bearer ${ADMIN_KEY}` },
    });
    expect(headers.get('ratelimit')).toMatch(/^"enterprise";r=\d+;t=\d+$/);
    const { licenseKey } = await issueLicence(api.client, { maxSeats: 1 });
    const acquire = (device: string) =>
      send(api.url, 'POST', '/api/v1/licenses/acquire', licenseKey, { device });
    expect((await acquire('fingerprint-of-a-desk')).code).toBe('ACQUIRED');
    expect((await acquire('fingerprint-of-a-laptop')).code).toBe('NO_SEATS');
    const keys = await bridge.redis.keys('ai-manager:*');
    expect(new Set(keys.map((key) => key.split(':')[1]))).toEqual(new Set(['limit', 'seats']));
    expect(bridge.requests).toBe(0);
  });

  test('is refused sign-in while Redis hangs, and goes on by itself once it answers', async () => {
    const signIn = async () => {
      const response = await fetch(`${api.url}/auth/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email: 'unknown@example.com', password: 'whatever it is' }),
      });
      return response.status;
    };
    expect(await signIn()).toBe(401);
    await bridge.redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await bridge.redis.call('CLIENT', 'PAUSE', '3000', 'ALL');
    expect(await signIn()).toBe(503);
    await expect.poll(signIn, { timeout: 30_000, interval: 500 }).toBe(401);
  });
});

test('a Redis that is not there refuses each call in its time, with the reason', async () => {
  const reasons: string[] = [];
  const connection = connectRedis(
    { url: `redis://127.0.0.1:${await freePort()}`, timeoutMs: 500 },
    ({ message }) => reasons.push(message),
  );
  await expect(connection.redis.get('key')).rejects.toThrow();
  expect(reasons[0]).toContain('ECONNREFUSED');
  await connection.close();
});
