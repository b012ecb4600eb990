import { statfsSync, writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

/** A thread beside a process whose disk is almost full: it ends the process when a full disk has stopped it. */

const LOOK_MS = 1_000;
/** The process answers every second while it can. */
const SILENCE_MS = 15_000;
/** Less than a page of the log and of a table. */
const FULL_BYTES = 64 * 1024;

const directory = workerData as string;
let heard = performance.now();
parentPort?.on('message', () => {
  heard = performance.now();
});

/** A folder that is away is not full. */
function freeBytes(): number {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

setInterval(() => {
  if (freeBytes() > FULL_BYTES || performance.now() - heard < SILENCE_MS) return;
  writeSync(
    2,
    `The disk of ${directory} is full, and the embedded database cannot go on. Free space and start again.\n`,
  );
  process.kill(process.pid, 'SIGKILL');
}, LOOK_MS);
