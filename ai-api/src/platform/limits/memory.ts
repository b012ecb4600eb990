import { LRUCache } from 'lru-cache';
import { type Limits, secondsToReset } from './limits.ts';

interface Counter {
  window: number;
  current: number;
  previous: number;
}

/**
 * Limits of this process alone: several processes admit that many times more, and a restart forgets.
 * @param options.maxKeys counters kept; the ones that were used longest ago go first
 * @param options.now milliseconds since the epoch
 */
export function createMemoryLimits({ maxKeys = 50_000, now = Date.now } = {}): Limits {
  const counters = new LRUCache<string, Counter>({ max: maxKeys });

  function counterOf(key: string, windowMs: number, window: number): Counter {
    const id = `${windowMs} ${key}`;
    const counter = counters.get(id) ?? { window, current: 0, previous: 0 };
    if (counter.window !== window) {
      counter.previous = counter.window === window - 1 ? counter.current : 0;
      counter.current = 0;
      counter.window = window;
    }
    counters.set(id, counter);
    return counter;
  }

  return {
    driver: 'memory',
    take: async (key, limit, windowSeconds) => {
      const time = now();
      const windowMs = windowSeconds * 1000;
      const counter = counterOf(key, windowMs, Math.floor(time / windowMs));
      const covered = 1 - (time % windowMs) / windowMs;
      const used = Math.floor(covered * counter.previous) + counter.current;
      const allowed = used < limit;
      if (allowed) counter.current += 1;
      return {
        allowed,
        remaining: allowed ? limit - used - 1 : 0,
        resetSeconds: secondsToReset(time, windowSeconds),
      };
    },
  };
}
