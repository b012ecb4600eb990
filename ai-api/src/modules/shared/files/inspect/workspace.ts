import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Longer than any inspection that another process may have under way. */
const STALE_MS = 2 * 60 * 60 * 1000;

/** Makes the folder of files that are inspected, and empties it of what killed processes left there. */
export function prepareWorkspace(directory: string, now: number): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    const modified = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now;
    if (now - modified > STALE_MS) rmSync(path, { recursive: true, force: true });
  }
}
