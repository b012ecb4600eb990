import { Problem } from './problem.ts';

/**
 * Runs `work` for at most `timeoutMs` milliseconds. Its signal aborts then, so that it can stop at once.
 * What does not stop runs on unheard: it may have changed something already.
 * @throws {Problem} REQUEST_TIMEOUT
 */
export async function withinTime<T>(
  timeoutMs: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const detail = `The request took longer than ${timeoutMs / 1000} s. It may still complete.`;
    const problem = new Problem('REQUEST_TIMEOUT', detail, { retryAfter: 5 });
    controller.abort(problem);
    reject(problem);
  }, timeoutMs);
  try {
    return await Promise.race([work(controller.signal), promise]);
  } finally {
    clearTimeout(timer);
  }
}
