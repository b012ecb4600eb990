import type { Logger } from 'pino';

/** Where cached texts are kept. A driver may forget anything at any time. */
export interface CacheStore {
  readonly driver: 'memory' | 'upstash' | 'redis';
  get(key: string): Promise<string | null>;
  set(key: string, value: string, ttlSeconds: number): Promise<void>;
  delete(key: string): Promise<void>;
}

/** One tenant's part of the cache. Values are kept as JSON; a cache that does not answer is an empty one. */
export interface TenantCache {
  get<T>(key: string): Promise<T | undefined>;
  set(key: string, value: unknown, ttlSeconds: number): Promise<void>;
  delete(key: string): Promise<void>;
  /**
   * What is cached under `key`, otherwise what `load` answers, kept for `ttlSeconds`. Callers that miss at the
   * same time in one process share one `load`; when it rejects, all of them do, and nothing is kept.
   */
  wrap<T>(key: string, ttlSeconds: number, load: () => Promise<T>): Promise<T>;
}

export interface Cache {
  readonly driver: CacheStore['driver'];
  /** The only way in: no key can be made without its tenant. */
  forTenant(tenantId: string): TenantCache;
}

const LOG_EVERY_MS = 30_000;

/** @param onUnavailable called whenever the store did not answer */
export function createCache(store: CacheStore, log: Logger, onUnavailable: () => void = () => {}): Cache {
  const loading = new Map<string, Promise<unknown>>();
  let loggedAt = 0;

  async function orNothing<T>(call: Promise<T>): Promise<T | null> {
    try {
      return await call;
    } catch (err) {
      onUnavailable();
      if (Date.now() - loggedAt > LOG_EVERY_MS) {
        loggedAt = Date.now();
        log.warn({ err, driver: store.driver }, 'the cache does not answer; everything is read anew');
      }
      return null;
    }
  }

  async function load<T>(key: string, ttlSeconds: number, make: () => Promise<T>): Promise<T> {
    const cached = await orNothing(store.get(key));
    if (cached !== null) return JSON.parse(cached) as T;
    const made = await make();
    await orNothing(store.set(key, JSON.stringify(made), ttlSeconds));
    return made;
  }

  return {
    driver: store.driver,
    forTenant: (tenantId) => {
      const full = (key: string) => `${tenantId}:${key}`;
      return {
        get: async <T>(key: string) => {
          const cached = await orNothing(store.get(full(key)));
          return cached === null ? undefined : (JSON.parse(cached) as T);
        },
        set: async (key, value, ttlSeconds) => {
          await orNothing(store.set(full(key), JSON.stringify(value), ttlSeconds));
        },
        delete: async (key) => {
          await orNothing(store.delete(full(key)));
        },
        wrap: <T>(key: string, ttlSeconds: number, make: () => Promise<T>) => {
          const id = full(key);
          const shared = loading.get(id) as Promise<T> | undefined;
          if (shared) return shared;
          const own = load(id, ttlSeconds, make).finally(() => loading.delete(id));
          loading.set(id, own);
          return own;
        },
      };
    },
  };
}

export { createMemoryStore } from './memory.ts';
export { createUpstashStore } from './upstash.ts';
