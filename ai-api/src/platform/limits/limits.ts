/** What became of one request for a share of a budget. */
export interface Taken {
  allowed: boolean;
  /** What is left of the budget, 0 when not allowed. */
  remaining: number;
  /** Whole seconds, at least 1, after which something of the budget is free again for certain. */
  resetSeconds: number;
}

/**
 * Counts requests over a sliding window: those of the current fixed window, plus those of the one before
 * it weighted by how much of it the sliding window still covers.
 */
export interface Limits {
  readonly driver: 'memory' | 'upstash' | 'redis';
  /** Takes one from the budget of `key`. Rejects when the counters cannot be reached. */
  take(key: string, limit: number, windowSeconds: number): Promise<Taken>;
}

/** Seconds from `now` to just after the end of its fixed window, when the sliding window lets one in again. */
export function secondsToReset(now: number, windowSeconds: number): number {
  const windowMs = windowSeconds * 1000;
  return Math.floor((windowMs - (now % windowMs)) / 1000) + 1;
}
