import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { RequestHandler } from 'express';
import { isProbe } from './probe.ts';
import { Problem } from './problem.ts';

const WINDOW_MS = 1_000;
const RETRY_AFTER = 2;

/**
 * Refuses requests with 503 while the process has more than it can do: more than MAX_IN_FLIGHT unanswered
 * ones, or an event loop that was blocked for more than SHED_LOOP_DELAY_MS within the last second or two.
 * Probes are always let through.
 */
export function shedLoad({
  MAX_IN_FLIGHT: maxInFlight,
  SHED_LOOP_DELAY_MS: maxLoopDelayMs,
}: {
  MAX_IN_FLIGHT: number;
  SHED_LOOP_DELAY_MS: number;
}): RequestHandler {
  const delay = watchLoop();
  let inFlight = 0;
  return (request, response, next) => {
    if (isProbe(request.path)) return next();
    if (inFlight >= maxInFlight || delay() > maxLoopDelayMs)
      throw new Problem('OVERLOADED', 'The server is overloaded. Try again soon.', {
        retryAfter: RETRY_AFTER,
      });
    inFlight += 1;
    response.once('close', () => {
      inFlight -= 1;
    });
    next();
  };
}

/** The longest delay of the event loop in this window and the one before it, in milliseconds. */
function watchLoop(): () => number {
  const histogram = monitorEventLoopDelay({ resolution: 20 });
  let before = 0;
  histogram.enable();
  setInterval(() => {
    before = histogram.max;
    histogram.reset();
  }, WINDOW_MS).unref();
  return () => Math.max(before, histogram.max) / 1e6;
}
