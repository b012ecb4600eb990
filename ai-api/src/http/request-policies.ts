import type { Logger } from 'pino';
import type { Database } from '../platform/database/index.ts';
import type { Limits } from '../platform/limits/index.ts';
import { type AccessGate, createAccessGate } from './accesses.ts';
import { createIdempotency, type Idempotency } from './idempotency/index.ts';
import { createRateLimiter, type RateLimiter, unlimited } from './limits/index.ts';
import { type CheckOutput, checkOutput } from './output-check.ts';
import { createPlanGate, type PlanGate } from './plan-gate.ts';

/** What runs between a request and its handler. */
export interface RequestPolicies {
  limiter: RateLimiter;
  idempotency: Idempotency;
  /** Milliseconds that a handler may take. */
  timeoutMs: number;
  /** Maximum nesting depth of a JSON body. */
  maxDepth: number;
  checkOutput: CheckOutput;
  plans: PlanGate;
  accesses: AccessGate;
}

/** The settings that they are made from. */
export interface PolicySettings {
  NODE_ENV: 'development' | 'test' | 'production';
  RATE_LIMITS: 'on' | 'off';
  REQUEST_TIMEOUT_MS: number;
  JSON_MAX_DEPTH: number;
}

/** @param onUnavailable called for every request that could not be counted */
export function createRequestPolicies(
  config: PolicySettings,
  log: Logger,
  database: Database,
  limits: Limits,
  onUnavailable: () => void,
): RequestPolicies {
  return {
    limiter: config.RATE_LIMITS === 'on' ? createRateLimiter(limits, log, onUnavailable) : unlimited,
    idempotency: createIdempotency(database),
    timeoutMs: config.REQUEST_TIMEOUT_MS,
    maxDepth: config.JSON_MAX_DEPTH,
    checkOutput: config.NODE_ENV === 'test' ? checkOutput : () => {},
    plans: createPlanGate(),
    accesses: createAccessGate(),
  };
}
