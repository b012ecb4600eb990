import type { Upstash } from '../upstash.ts';
import type { CacheStore } from './index.ts';

/** A cache that all processes share. */
export function createUpstashStore(upstash: Upstash, { prefix = 'ai-manager:cache:' } = {}): CacheStore {
  return {
    driver: upstash.driver,
    get: (key) => upstash.call((redis) => redis.get<string>(prefix + key)),
    set: async (key, value, ttlSeconds) => {
      await upstash.call((redis) => redis.set(prefix + key, value, { ex: ttlSeconds }));
    },
    delete: async (key) => {
      await upstash.call((redis) => redis.del(prefix + key));
    },
  };
}
