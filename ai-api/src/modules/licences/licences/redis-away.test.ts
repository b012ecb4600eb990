import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifyToken } from '../../../../../clients/licence/src/index.ts';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { issueLicence, send } from '../../../../test/licences/company.ts';
import { testKeyFile } from '../../../../test/licences/key.ts';
import { hasRedis, startUpstash } from '../../../../test/real-redis.ts';
import type { UpstashBridge } from '../../../../test/upstash-bridge.ts';

const DESK = 'fingerprint-of-a-desk';
const LAPTOP = 'fingerprint-of-a-laptop';
const ACQUIRE = '/api/v1/licenses/acquire';
const HEARTBEAT = '/api/v1/licenses/heartbeat';

describe.runIf(hasRedis)('licences over HTTP while Redis is away', () => {
  let testDatabase: TestDatabase;
  let bridge: UpstashBridge;
  let api: TestApi;

  beforeAll(async () => {
    const [kind] = businessDatabases();
    testDatabase = await kind.create();
    bridge = await startUpstash();
    api = await startApi(testDatabase, {
      LICENCE_SEATS: 'redis',
      LICENCE_KEY_FILE: testKeyFile(),
      UPSTASH_REDIS_REST_URL: bridge.url,
      UPSTASH_REDIS_REST_TOKEN: bridge.token,
    });
  });
  afterAll(async () => {
    await api.stop();
    await bridge.stop();
    await testDatabase.remove();
  });

  test('health says that Redis counts the seats', async () => {
    expect((await api.client.health.get({})).drivers.seats).toBe('redis');
  });

  test('seats are unavailable, a held token stays valid, and an empty Redis is rebuilt without over-grant', async () => {
    const { licenseKey, productCode } = await issueLicence(api.client, { maxSeats: 2 });
    const acquire = (device: string) => send(api.url, 'POST', ACQUIRE, licenseKey, { device });
    const held: { device: string; sessionId: unknown; token: string }[] = [];
    for (const device of [DESK, LAPTOP]) {
      const { answer } = await acquire(device);
      held.push({ device, sessionId: answer.sessionId, token: String(answer.token) });
    }
    const beats = () =>
      Promise.all(
        held.map(({ token, ...body }) =>
          send(api.url, 'POST', HEARTBEAT, token, body).then(({ status, code, headers, answer }) => ({
            status,
            code,
            retryAfter: headers.get('retry-after'),
            detail: answer.detail,
          })),
        ),
      );

    bridge.mode = 'fails';
    const refused = await acquire('fingerprint-of-a-phone');
    expect(refused).toMatchObject({ status: 503, code: 'SEATS_UNAVAILABLE' });
    expect(refused.headers.get('retry-after')).toBe('5');
    const away = {
      status: 503,
      code: 'SEATS_UNAVAILABLE',
      retryAfter: '5',
      detail: 'Try again soon. A token that you hold remains valid.',
    };
    expect(await beats()).toEqual([away, away]);
    const { answer: keys } = await send(api.url, 'GET', '/.well-known/jwks.json', null);
    for (const { token, device, sessionId } of held) {
      const check = { keys: keys as never, product: productCode, device, now: Date.now() };
      expect(await verifyToken(token, check)).toMatchObject({ sessionId });
    }

    await bridge.redis.flushall();
    bridge.mode = 'works';
    expect(await acquire('fingerprint-of-a-phone')).toMatchObject({ status: 409, code: 'NO_SEATS' });
    expect((await beats()).map(({ code }) => code)).toEqual(['EXTENDED', 'EXTENDED']);
    expect((await api.client.seat.status({ licenseKey })).seats).toMatchObject({ used: 2, max: 2 });
  });
});
