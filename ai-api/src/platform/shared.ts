import type { Logger } from 'pino';
import { createCache, createMemoryStore, createUpstashStore } from './cache/index.ts';
import { createMemoryLimits, createUpstashLimits } from './limits/index.ts';
import { connectUpstash } from './upstash.ts';

interface Settings {
  UPSTASH_REDIS_REST_URL?: string | undefined;
  UPSTASH_REDIS_REST_TOKEN?: string | undefined;
}

/**
 * Cache and limits: on Upstash, where all processes share them, or in this process alone.
 * @param onCacheFailure called for every use of the cache that was not answered
 */
export function openShared(settings: Settings, log: Logger, onCacheFailure: () => void) {
  const { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token } = settings;
  const upstash = url && token ? connectUpstash({ url, token }) : null;
  const store = upstash ? createUpstashStore(upstash) : createMemoryStore();
  return {
    limits: upstash ? createUpstashLimits(upstash) : createMemoryLimits(),
    cache: createCache(store, log, onCacheFailure),
  };
}
