import pino from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasRedis, startUpstash } from '../../../test/real-redis.ts';
import type { UpstashBridge } from '../../../test/upstash-bridge.ts';
import { connectRedis, type DirectRedis } from '../redis.ts';
import { connectUpstash, overConnection } from '../upstash.ts';
import { type Cache, createCache, createMemoryStore, createUpstashStore } from './index.ts';

const log = pino({ level: 'silent' });
const OURS = '01890000-0000-7000-8000-000000000001';
const THEIRS = '01890000-0000-7000-8000-000000000002';
let bridge: UpstashBridge;
let connection: DirectRedis;
const redis = () => createUpstashStore(overConnection(connection), { prefix: 'direct:' });
const upstash = () => createUpstashStore(connectUpstash({ ...bridge, timeoutMs: 500 }));

describe('the cache', () => {
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
    ['memory', createMemoryStore, true] as const,
    ['upstash', upstash, hasRedis] as const,
    ['redis', redis, hasRedis] as const,
  ])('on %s', (driver, open, isHere) => {
    let cache: Cache;
    beforeAll(() => {
      if (isHere) cache = createCache(open(), log);
    });
    const ours = () => cache.forTenant(OURS);

    test.runIf(isHere)('gives back what was put in, as JSON', async () => {
      const values = [{ a: [1, null, 'ü"\n'] }, 'text', '5', 5, true, null, [], ''];
      for (const [index, value] of values.entries()) await ours().set(`value ${index}`, value, 60);
      const read = await Promise.all(values.map((_, index) => ours().get(`value ${index}`)));
      expect(read).toEqual(values);
      expect(cache.driver).toBe(driver);
    });

    test.runIf(isHere)('knows nothing of other tenants, and forgets what is deleted', async () => {
      await ours().set('shared name', 'ours', 60);
      await cache.forTenant(THEIRS).set('shared name', 'theirs', 60);
      expect(await ours().get('shared name')).toBe('ours');
      await cache.forTenant(THEIRS).delete('shared name');
      expect(await cache.forTenant(THEIRS).get('shared name')).toBeUndefined();
      expect(await ours().get('shared name')).toBe('ours');
      expect(await ours().get('never set')).toBeUndefined();
    });

    test.runIf(isHere)('loads once for many who miss at the same time', async () => {
      let loads = 0;
      const load = async () => ({ load: ++loads });
      const answers = await Promise.all(Array.from({ length: 50 }, () => ours().wrap('stampede', 60, load)));
      expect(new Set(answers.map((answer) => answer.load))).toEqual(new Set([1]));
      expect(await ours().wrap('stampede', 60, load)).toEqual({ load: 1 });
      expect(await cache.forTenant(THEIRS).wrap('stampede', 60, load)).toEqual({ load: 2 });
    });

    test.runIf(isHere)('keeps nothing of a load that failed', async () => {
      const failing = () => Promise.reject(new Error('no'));
      await expect(ours().wrap('failing', 60, failing)).rejects.toThrow('no');
      expect(await ours().wrap('failing', 60, async () => 'yes')).toBe('yes');
    });
  });

  test('in memory forgets after the time to live', async () => {
    let now = 1_000_000;
    const store = createMemoryStore({ now: () => now });
    await store.set('key', 'value', 10);
    now += 10_000;
    expect(await store.get('key')).toBe('value');
    now += 1;
    expect(await store.get('key')).toBeNull();
  });

  test.runIf(hasRedis)('on Upstash sends Redis the time to live', async () => {
    await createCache(upstash(), log).forTenant(OURS).set('with ttl', 1, 300);
    const ttl = await bridge.redis.ttl(`ai-manager:cache:${OURS}:with ttl`);
    expect(ttl).toBeGreaterThan(290);
    expect(ttl).toBeLessThanOrEqual(300);
  });

  test('in memory makes room by what was used longest ago', async () => {
    const store = createMemoryStore({ maxEntries: 2 });
    await store.set('a', '1', 60);
    await store.set('b', '2', 60);
    await store.get('a');
    await store.set('c', '3', 60);
    expect(await Promise.all(['a', 'b', 'c'].map((key) => store.get(key)))).toEqual(['1', null, '3']);
  });

  test('in memory never holds more characters than it may', async () => {
    const store = createMemoryStore({ maxCharacters: 10 });
    await store.set('a', '1234', 60);
    await store.set('b', '12345', 60);
    expect(await Promise.all(['a', 'b'].map((key) => store.get(key)))).toEqual([null, '12345']);
    await store.set('b', '1234567890', 60);
    expect(await store.get('b')).toBeNull();
  });

  test.runIf(hasRedis).each(['fails', 'hangs'] as const)(
    'on an Upstash that %s is empty, and counts it',
    async (mode) => {
      let failures = 0;
      const cache = createCache(upstash(), log, () => {
        failures += 1;
      }).forTenant(OURS);
      bridge.mode = mode;
      expect(await cache.wrap('down', 60, async () => 'made')).toBe('made');
      expect(failures).toBe(2);
      bridge.mode = 'works';
      expect(await cache.get('down')).toBeUndefined();
    },
  );
});
