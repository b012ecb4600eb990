import { setTimeout as sleep } from 'node:timers/promises';
import type { Run } from '../run.ts';
import { push, reportPush } from './push.ts';

/** Pushes again and again, until it is interrupted. Files are compared by size and time; only what changed is read. */
export async function watch(run: Run, seconds: number): Promise<number> {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  run.note(`Looking for new messages every ${seconds} seconds. Interrupt to stop.`);
  let held = 0;
  while (!stop.signal.aborted) {
    const pushed = await push(run, { quiet: true });
    const before = held;
    held = pushed === null ? held : (pushed.sent.held?.parts ?? 0);
    const isNews =
      pushed === null ||
      pushed.sent.parts > 0 ||
      held !== before ||
      pushed.commits.some(({ recorded, waiting }) => recorded > 0 || waiting !== null) ||
      pushed.sent.waiting !== null ||
      pushed.outcomes.some(({ outcome }) => outcome === 'failed');
    if (isNews) reportPush(run, pushed);
    await sleep(seconds * 1000, undefined, { signal: stop.signal }).catch(() => {});
  }
  return 0;
}
