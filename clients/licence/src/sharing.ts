import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The processes of a device that share its session: each has a file with its id, and only the last one gives the seat back.
 * Files of processes that are gone do not count.
 */
export function createSharing(directory: string | null) {
  const own = String(process.pid);

  function others(): string[] {
    if (directory === null) return [];
    return readdirSync(directory).filter((name) => {
      if (name === own || !/^\d+$/.test(name)) return false;
      if (isRunning(Number(name))) return true;
      rmSync(join(directory, name), { force: true });
      return false;
    });
  }

  return {
    join: (): void => {
      if (directory === null) return;
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      writeFileSync(join(directory, own), '', { mode: 0o600 });
    },
    /** Whether this process was the last one. */
    leave: (): boolean => {
      if (directory === null) return true;
      try {
        rmSync(join(directory, own), { force: true });
        return others().length === 0;
      } catch {
        return true;
      }
    },
  };
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
