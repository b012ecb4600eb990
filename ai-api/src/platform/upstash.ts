import { Redis } from '@upstash/redis';
import { ConsecutiveBreaker, circuitBreaker, handleAll } from 'cockatiel';

export interface UpstashOptions {
  /** Root of the REST API. */
  url: string;
  token: string;
  /** Milliseconds for one call. Defaults to 1 000. */
  timeoutMs?: number;
}

/** A Redis database behind Upstash's REST API, and the breaker that all calls to it go through. */
export interface Upstash {
  redis: Redis;
  /** Runs calls; rejects at once for some seconds after five of them failed in a row. */
  call<T>(work: (redis: Redis) => Promise<T>): Promise<T>;
}

/**
 * Connects to Upstash. A call has one attempt and a time limit: what is asked of it is worth less than the
 * request that waits for it.
 * @see https://upstash.com/docs/redis/features/restapi
 */
export function connectUpstash({ url, token, timeoutMs = 1_000 }: UpstashOptions): Upstash {
  const redis = new Redis({
    url,
    token,
    retry: false,
    enableTelemetry: false,
    automaticDeserialization: false,
    signal: () => AbortSignal.timeout(timeoutMs),
  });
  const breaker = circuitBreaker(handleAll, {
    halfOpenAfter: 5_000,
    breaker: new ConsecutiveBreaker(5),
  });
  return { redis, call: (work) => breaker.execute(() => work(redis)) };
}
