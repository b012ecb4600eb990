import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const STALE_MS = 10 * 60_000;
const POLL_MS = 200;

/**
 * Runs `work` while no other process of this command does. Waits for up to `waitMs`.
 * @returns null when the other process took longer
 */
export async function locked<Result>(
  folder: string,
  waitMs: number,
  work: () => Promise<Result>,
): Promise<Result | null> {
  const path = join(folder, 'lock');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (let waited = 0; !take(path); waited += POLL_MS) {
    if (waited >= waitMs) return null;
    await sleep(POLL_MS);
  }
  const refresh = setInterval(() => writeFileSync(join(path, 'pid'), String(process.pid)), STALE_MS / 10);
  try {
    return await work();
  } finally {
    clearInterval(refresh);
    rmSync(path, { recursive: true, force: true });
  }
}

/** A process that was killed leaves its lock; it is taken over after a while. */
function take(path: string): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch {
    const touched =
      statSync(join(path, 'pid'), { throwIfNoEntry: false }) ?? statSync(path, { throwIfNoEntry: false });
    if (touched && Date.now() - touched.mtimeMs > STALE_MS) rmSync(path, { recursive: true, force: true });
    return false;
  }
}
