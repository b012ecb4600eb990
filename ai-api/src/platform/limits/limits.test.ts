import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { hasRedis, startUpstash } from '../../../test/real-redis.ts';
import type { UpstashBridge } from '../../../test/upstash-bridge.ts';
import { connectRedis, type DirectRedis } from '../redis.ts';
import { connectUpstash, overConnection } from '../upstash.ts';
import { createMemoryLimits, createUpstashLimits, type Limits } from './index.ts';

let bridge: UpstashBridge;
let connection: DirectRedis;
const redis = () => createUpstashLimits(overConnection(connection), { prefix: 'direct' });
const upstash = () => createUpstashLimits(connectUpstash({ ...bridge, timeoutMs: 500 }));

describe('limits', () => {
  beforeAll(async () => {
    if (!hasRedis) return;
    bridge = await startUpstash();
    connection = connectRedis({ url: bridge.redisUrl, timeoutMs: 2_000 }, () => {});
  });
  afterAll(async () => {
    await connection?.close();
    await bridge?.stop();
  });

  describe.each([
    ['memory', createMemoryLimits, true] as const,
    ['upstash', upstash, hasRedis] as const,
    ['redis', redis, hasRedis] as const,
  ])('on %s', (driver, create, isHere) => {
    let limits: Limits;
    let key = 0;
    beforeEach(() => {
      // The sliding window is a matter of the clock, which the tests move; sockets keep their own time.
      vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_000 });
      if (isHere) limits = create();
      key += 1;
    });
    afterEach(() => void vi.useRealTimers());
    const take = (limit = 5, name = `key ${key}`) => limits.take(name, limit, 60);
    const takeAll = (count: number) => Promise.all(Array.from({ length: count }, () => take()));
    const pass = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000);

    test.runIf(isHere)('say which driver counts', () => {
      expect(limits.driver).toBe(driver);
    });

    test.runIf(isHere)('count down to nothing and then refuse', async () => {
      const taken = [];
      for (let index = 0; index < 7; index++) taken.push(await take());
      expect(taken.map(({ remaining }) => remaining)).toEqual([4, 3, 2, 1, 0, 0, 0]);
      expect(taken.map(({ allowed }) => allowed)).toEqual([true, true, true, true, true, false, false]);
    });

    test.runIf(isHere)('admit exactly the limit of many at once', async () => {
      const taken = await takeAll(40);
      expect(taken.filter(({ allowed }) => allowed)).toHaveLength(5);
    });

    test.runIf(isHere)('keep keys apart', async () => {
      await takeAll(6);
      expect(await take(5, `another key ${key}`)).toMatchObject({ allowed: true, remaining: 4 });
    });

    test.runIf(isHere)('let a refused caller in after the time they tell', async () => {
      pass(20.5);
      await takeAll(5);
      const { allowed, resetSeconds } = await take();
      expect([allowed, resetSeconds]).toEqual([false, 40]);
      pass(resetSeconds);
      expect((await take()).allowed).toBe(true);
    });

    test.runIf(isHere)('slide: half a window later half of the last one counts', async () => {
      await takeAll(4);
      pass(90);
      const taken = await takeAll(5);
      expect(taken.filter(({ allowed }) => allowed)).toHaveLength(3);
    });

    test.runIf(isHere)('forget after two windows', async () => {
      await takeAll(5);
      pass(121);
      expect(await take()).toMatchObject({ allowed: true, remaining: 4 });
    });
  });

  test('in memory forget the keys that were used longest ago when there are too many', async () => {
    const limits = createMemoryLimits({ maxKeys: 2 });
    await limits.take('a', 2, 60);
    await limits.take('b', 2, 60);
    await limits.take('a', 2, 60);
    await limits.take('c', 2, 60);
    expect(await limits.take('a', 2, 60)).toMatchObject({ allowed: false });
    expect(await limits.take('b', 2, 60)).toMatchObject({ allowed: true, remaining: 1 });
  });

  test.runIf(hasRedis).each(['fails', 'hangs'] as const)(
    'on an Upstash that %s reject, then reject at once',
    async (mode) => {
      const limits = upstash();
      bridge.mode = mode;
      for (let call = 0; call < 5; call++) await expect(limits.take('down', 5, 60)).rejects.toThrow();
      const before = bridge.requests;
      await expect(limits.take('down', 5, 60)).rejects.toThrow();
      expect(bridge.requests).toBe(before);
      bridge.mode = 'works';
    },
  );
});
