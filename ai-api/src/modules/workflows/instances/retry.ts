import { COMPENSATION_RETRY, DEFAULT_RETRY, type PlainStep, type Retry } from '../templates/index.ts';

/** What became of an attempt that did not succeed. */
export interface Failed {
  code: string;
  message: string;
  status?: number;
  /** Whether another attempt may end otherwise. */
  isRetryable: boolean;
  /** Whether the operation may have been carried out all the same. */
  mayHaveHappened: boolean;
  /** Repeat after so many milliseconds, without counting this attempt: the first one is still under way. */
  waitMs?: number;
}

/** Refusals that say "not now"; all others below 500 would be refused again. */
const NOT_NOW = new Set([408, 425, 429]);
const STILL_UNDER_WAY_MS = 2_000;

/** Reads the problem that an operation answered. */
export function failureOf(status: number, body: unknown): Failed {
  const { code = 'FAILED', detail = `It answered ${status}.` } = (body ?? {}) as {
    code?: string;
    detail?: string;
  };
  const base = { code, message: detail, status };
  if (code === 'IDEMPOTENCY_IN_FLIGHT')
    return { ...base, isRetryable: true, mayHaveHappened: true, waitMs: STILL_UNDER_WAY_MS };
  if (code === 'IDEMPOTENCY_ANSWER_LOST') return { ...base, isRetryable: false, mayHaveHappened: true };
  const isRetryable = status >= 500 || NOT_NOW.has(status);
  return { ...base, isRetryable, mayHaveHappened: status >= 500 || status === 408 };
}

export function retryOf(step: PlainStep): Retry {
  return ('retry' in step ? step.retry : undefined) ?? DEFAULT_RETRY;
}

export function undoRetryOf(step: PlainStep | undefined): Retry {
  return (step && 'compensate' in step ? step.compensate?.retry : undefined) ?? COMPENSATION_RETRY;
}

/** Milliseconds before the attempt that follows `attempt`; null when there is none. */
export function pauseAfter(
  { attempts, delaySeconds, factor, maxDelaySeconds }: Retry,
  attempt: number,
): number | null {
  if (attempt >= attempts) return null;
  return Math.min(maxDelaySeconds, delaySeconds * factor ** (attempt - 1)) * 1000;
}
