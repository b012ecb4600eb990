import { Redis } from '@upstash/redis';
import { ConsecutiveBreaker, circuitBreaker, handleAll } from 'cockatiel';
import type { DirectRedis } from './redis.ts';

export interface UpstashOptions {
  /** Root of the REST API. */
  url: string;
  token: string;
  /** Milliseconds for one call. Defaults to 1 000. */
  timeoutMs?: number;
}

/** A Redis database and the breaker that all calls to it go through. */
export interface Upstash {
  /** Upstash's REST API, or the protocol of Redis. */
  readonly driver: 'upstash' | 'redis';
  redis: Redis;
  /** Runs calls; rejects at once for some seconds after five of them failed in a row. */
  call<T>(work: (redis: Redis) => Promise<T>): Promise<T>;
}

/** Milliseconds for one call to Redis, where nothing else is asked for. */
export const REDIS_TIMEOUT_MS = 1_000;

/**
 * Connects to Upstash. A call has one attempt and a time limit: what is asked of it is worth less than the
 * request that waits for it.
 * @see https://upstash.com/docs/redis/features/restapi
 */
export function connectUpstash({ url, token, timeoutMs = REDIS_TIMEOUT_MS }: UpstashOptions): Upstash {
  const redis = new Redis({
    url,
    token,
    retry: false,
    enableTelemetry: false,
    automaticDeserialization: false,
    signal: () => AbortSignal.timeout(timeoutMs),
  });
  return guarded('upstash', redis);
}

/** An open connection to Redis, with a breaker of its own. */
export function overConnection({ redis }: Pick<DirectRedis, 'redis'>): Upstash {
  return guarded('redis', redis);
}

function guarded(driver: Upstash['driver'], redis: Redis): Upstash {
  const breaker = circuitBreaker(handleAll, {
    halfOpenAfter: 5_000,
    breaker: new ConsecutiveBreaker(5),
  });
  return { driver, redis, call: (work) => breaker.execute(() => work(redis)) };
}
