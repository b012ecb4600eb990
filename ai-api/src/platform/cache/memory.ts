import type { CacheStore } from './index.ts';
import { createLru } from './lru.ts';

/**
 * A cache of this process alone.
 * @param options.mostCharacters of all keys and values together
 * @param options.now milliseconds since the epoch
 */
export function createMemoryStore({
  mostEntries = 10_000,
  mostCharacters = 25_000_000,
  now = Date.now,
} = {}): CacheStore {
  const sizeOf = (key: string, value: string) => key.length + value.length;
  const entries = createLru<string>({ mostEntries, mostSize: mostCharacters, sizeOf, now });
  return {
    driver: 'memory',
    get: async (key) => entries.get(key) ?? null,
    set: async (key, value, ttlSeconds) => entries.set(key, value, ttlSeconds * 1000),
    delete: async (key) => entries.delete(key),
  };
}
