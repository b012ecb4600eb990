import type { Logger } from 'pino';
import { createCache, createMemoryStore, createUpstashStore } from './cache/index.ts';
import { createMemoryLimits, createUpstashLimits } from './limits/index.ts';
import { connectRedis } from './redis.ts';
import { connectUpstash, overConnection, REDIS_TIMEOUT_MS, type Upstash } from './upstash.ts';

interface Settings {
  REDIS_URL?: string | undefined;
  UPSTASH_REDIS_REST_URL?: string | undefined;
  UPSTASH_REDIS_REST_TOKEN?: string | undefined;
}

/** The Redis that all processes share. */
export interface SharedRedis {
  /** The same Redis behind a circuit breaker of its own; null where none is configured. */
  open: (() => Upstash) | null;
  close(): Promise<void>;
}

/** Connects by `REDIS_URL`, or by Upstash's REST API. */
export function openRedis(settings: Settings, log: Logger): SharedRedis {
  const { REDIS_URL, UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token } = settings;
  if (REDIS_URL) {
    const connection = connectRedis({ url: REDIS_URL, timeoutMs: REDIS_TIMEOUT_MS }, ({ message }) =>
      log.warn({ reason: message }, 'Redis is not connected'),
    );
    return { open: () => overConnection(connection), close: connection.close };
  }
  const open = url && token ? () => connectUpstash({ url, token }) : null;
  return { open, close: async () => {} };
}

/**
 * Cache and limits: in Redis, where all processes share them, or in this process alone.
 * @param onCacheFailure called for every use of the cache that was not answered
 */
export function openShared({ open }: Pick<SharedRedis, 'open'>, log: Logger, onCacheFailure: () => void) {
  const upstash = open?.() ?? null;
  const store = upstash ? createUpstashStore(upstash) : createMemoryStore();
  return {
    limits: upstash ? createUpstashLimits(upstash) : createMemoryLimits(),
    cache: createCache(store, log, onCacheFailure),
  };
}
