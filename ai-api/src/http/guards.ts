import type { Logger } from 'pino';
import type { Config } from '../config/index.ts';
import type { Database } from '../platform/database/index.ts';
import type { Limits } from '../platform/limits/index.ts';
import { createIdempotency, type Idempotency } from './idempotency/index.ts';
import { createRateLimiter, type RateLimiter, unlimited } from './limits/index.ts';

/** What stands between a request and its handler. */
export interface Guards {
  limiter: RateLimiter;
  idempotency: Idempotency;
  /** Milliseconds that a handler may take. */
  timeoutMs: number;
  /** Objects and arrays inside each other in a body. */
  maxDepth: number;
}

/** @param onUnavailable called for every request that could not be counted */
export function createGuards(
  config: Config,
  log: Logger,
  database: Database,
  limits: Limits,
  onUnavailable: () => void,
): Guards {
  return {
    limiter: config.RATE_LIMITS === 'on' ? createRateLimiter(limits, log, onUnavailable) : unlimited,
    idempotency: createIdempotency(database),
    timeoutMs: config.REQUEST_TIMEOUT_MS,
    maxDepth: config.JSON_MAX_DEPTH,
  };
}
