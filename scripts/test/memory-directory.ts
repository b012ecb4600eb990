import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { freemem } from 'node:os';
import { join } from 'node:path';

const MEMORY = '/dev/shm';
const PREFIX = 'ai-manager-tests-';
const GIGABYTE = 2 ** 30;
/** What a whole run needs at most, and what has to stay free beside it. */
const ROOM = 4 * GIGABYTE;
const FREE = 8 * GIGABYTE;

/**
 * Makes a directory in memory for the temporary files of a run. A database of the tests has more than a thousand small
 * files: a copy of it takes 0.03 s there, and up to a second on a disk.
 * @returns null where the machine has no such file system (other systems than Linux), or too little memory
 */
export function makeMemoryDirectory(): string | null {
  if (!hasRoom()) return null;
  removeAbandoned();
  const directory = join(MEMORY, `${PREFIX}${process.pid}`);
  mkdirSync(directory);
  // The server of the tests runs as a user of its own.
  chmodSync(directory, 0o755);
  return directory;
}

function hasRoom(): boolean {
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    return bavail * bsize > ROOM && freemem() > FREE && !mountOptions().includes('noexec');
  } catch {
    return false;
  }
}

function mountOptions(): string[] {
  const mounts = readFileSync('/proc/mounts', 'utf8').split('\n');
  const own = mounts.map((line) => line.split(' ')).findLast(([, place]) => place === MEMORY);
  if (own?.[2] !== 'tmpfs') return ['noexec'];
  return own[3]?.split(',') ?? [];
}

/** Runs that were killed leave theirs behind. */
function removeAbandoned(): void {
  for (const name of readdirSync(MEMORY)) {
    if (name.startsWith(PREFIX) && !isRunning(Number(name.slice(PREFIX.length))))
      rmSync(join(MEMORY, name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
