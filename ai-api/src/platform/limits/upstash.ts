import { Ratelimit } from '@upstash/ratelimit';
import type { Upstash } from '../upstash.ts';
import { type Limits, secondsToReset } from './limits.ts';

/** Budgets are few: one for each tier and purpose. */
const MAX_BUDGETS = 100;

/** Limits that all processes share, in Upstash or another Redis, by Upstash's sliding window. */
export function createUpstashLimits(upstash: Upstash, { prefix = 'ai-manager:limit' } = {}): Limits {
  const budgets = new Map<string, Ratelimit>();

  function budgetOf(limit: number, windowSeconds: number): Ratelimit {
    const id = `${limit}/${windowSeconds}`;
    const known = budgets.get(id);
    if (known) return known;
    if (budgets.size >= MAX_BUDGETS) throw new Error(`More than ${MAX_BUDGETS} different budgets`);
    const budget = new Ratelimit({
      redis: upstash.redis,
      limiter: Ratelimit.slidingWindow(limit, `${windowSeconds} s`),
      prefix: `${prefix}:${windowSeconds}`,
      // A denial is asked for again each time, and no answer is an error of ours to decide on.
      ephemeralCache: false,
      timeout: 0,
    });
    budgets.set(id, budget);
    return budget;
  }

  return {
    driver: upstash.driver,
    take: async (key, limit, windowSeconds) => {
      const { success, remaining } = await upstash.call(() => budgetOf(limit, windowSeconds).limit(key));
      return {
        allowed: success,
        remaining: success ? remaining : 0,
        resetSeconds: secondsToReset(Date.now(), windowSeconds),
      };
    },
  };
}
