import { setTimeout as pause } from 'node:timers/promises';
import { bulkhead, isTaskCancelledError } from 'cockatiel';
import { ModelError } from './chat.ts';

export interface LimitOptions {
  /** Requests open at once in this process. */
  concurrency: number;
  /** What this process may send and receive in a minute; unlimited by default. */
  tokensPerMinute?: number | undefined;
  /** Milliseconds that a call may wait for its tokens before it fails as rate limited. */
  longestWaitMs?: number;
}

export interface Limits {
  /**
   * Runs `work` as soon as it has its turn and its tokens. `used` reports what they came to in the end.
   * @throws {ModelError} rate_limited when that would take too long; the reason of `signal`
   */
  run<T>(
    estimate: number,
    signal: AbortSignal | undefined,
    work: (used: (tokens: number) => void) => Promise<T>,
  ): Promise<T>;
}

/** Bounds what one process sends to one provider: requests at once, and tokens by a bucket that fills steadily. */
export function createLimits(options: LimitOptions): Limits {
  const gate = bulkhead(options.concurrency, Number.POSITIVE_INFINITY);
  const take = options.tokensPerMinute ? tokenBucket(options.tokensPerMinute, options.longestWaitMs) : null;
  return {
    run: (estimate, signal, work) => {
      const turn = gate.execute(async () => {
        const settle = await take?.(estimate, signal);
        return work((tokens) => settle?.(tokens));
      }, signal);
      return turn.catch((error: unknown) => {
        if (isTaskCancelledError(error)) signal?.throwIfAborted();
        throw error;
      });
    },
  };
}

function tokenBucket(perMinute: number, longestWaitMs = 30_000) {
  const perMs = perMinute / 60_000;
  let tokens = perMinute;
  let at = performance.now();
  return async (estimate: number, signal: AbortSignal | undefined) => {
    const now = performance.now();
    tokens = Math.min(perMinute, tokens + (now - at) * perMs);
    at = now;
    // A call larger than the bucket goes when it is full, and leaves a debt.
    const waitMs = Math.max(0, (Math.min(estimate, perMinute) - tokens) / perMs);
    if (waitMs > longestWaitMs) {
      throw new ModelError('rate_limited', 'Our own limit of tokens per minute is reached.');
    }
    tokens -= estimate;
    if (waitMs > 0) {
      await pause(waitMs, undefined, signal ? { signal } : {}).catch(() => {
        tokens += estimate;
        signal?.throwIfAborted();
      });
    }
    return (used: number) => {
      tokens += estimate - used;
    };
  };
}
