import { LRUCache } from 'lru-cache';
import type { CacheStore } from './index.ts';

/**
 * A cache of this process alone.
 * @param options.maxEntries kept at once; the ones that were used longest ago go first
 * @param options.maxCharacters of all keys and values together
 * @param options.now milliseconds since the epoch
 */
export function createMemoryStore({
  maxEntries = 10_000,
  maxCharacters = 25_000_000,
  now = Date.now,
} = {}): CacheStore {
  const entries = new LRUCache<string, string>({
    max: maxEntries,
    maxSize: maxCharacters,
    sizeCalculation: (value, key) => key.length + value.length,
    perf: { now },
    ttlResolution: 0,
  });
  return {
    driver: 'memory',
    get: async (key) => entries.get(key) ?? null,
    set: async (key, value, ttlSeconds) => {
      if (ttlSeconds > 0) entries.set(key, value, { ttl: ttlSeconds * 1000 });
      else entries.delete(key);
    },
    delete: async (key) => {
      entries.delete(key);
    },
  };
}
