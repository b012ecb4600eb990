import { existsSync, mkdirSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';

/** The disk below a data folder. */
export interface Disk {
  /** Bytes that are free, and whether that is less than the margin; null where nothing is kept on a disk of ours. */
  state(): { isLow: boolean; freeBytes: number } | null;
  /** Logs when it becomes low, and guards the process while it is, until `close`. */
  watch(): void;
  close(): Promise<void>;
}

export interface DiskOptions {
  directory: string;
  /** Below so many free bytes nothing is written any more. */
  minFreeBytes: number;
  log: Logger;
}

export const MEGABYTE = 1024 * 1024;

const LOOK_MS = 1_000;
/** The answer of the system is used for so long. */
const FRESH_MS = 100;

/** An embedded database before its first row, with its write-ahead log. */
const FIRST_START_BYTES = 48 * MEGABYTE;

/** The disk has no room for a new data folder. */
export class DiskTooSmall extends Error {
  constructor(directory: string, needed: number, free: number) {
    super(
      `The disk of ${directory} has ${megabytes(free)} free, and a first start needs ${megabytes(needed)}. ` +
        'Free space, or set DATA_DIR to a folder on another disk.',
    );
    this.name = 'DiskTooSmall';
  }
}

/**
 * Makes sure that an embedded database can be created.
 * @throws {DiskTooSmall}
 */
export function requireRoomForFirstStart(directory: string, minFreeBytes: number): void {
  if (existsSync(join(directory, 'pglite'))) return;
  mkdirSync(directory, { recursive: true });
  const needed = FIRST_START_BYTES + minFreeBytes;
  const free = freeBytesOf(directory);
  if (free < needed) throw new DiskTooSmall(directory, needed, free);
}

/** Nothing is kept on a disk of ours. */
export const noDisk: Disk = {
  state: () => null,
  watch: () => {},
  close: async () => {},
};

/**
 * The disk below a folder. While it is watched and low, a thread of its own waits for the worst: an embedded database
 * whose log cannot be written never returns, so that the thread ends the process with one line on standard error.
 */
export function openDisk({ directory, minFreeBytes, log }: DiskOptions): Disk {
  mkdirSync(directory, { recursive: true });
  const looked = { at: performance.now(), freeBytes: freeBytesOf(directory) };
  let wasLow = false;
  let isReadable = true;
  let guard: Worker | undefined;
  let timer: NodeJS.Timeout | undefined;

  /** A folder that cannot be looked at, such as a volume that is away, keeps its last figure. */
  const read = () => {
    try {
      looked.freeBytes = freeBytesOf(directory);
      isReadable = true;
    } catch (error) {
      if (isReadable) log.error({ directory, err: error }, 'the free space of the disk cannot be read');
      isReadable = false;
    }
  };
  const state = () => {
    const now = performance.now();
    if (now - looked.at > FRESH_MS) {
      looked.at = now;
      read();
    }
    return { isLow: looked.freeBytes < minFreeBytes, freeBytes: looked.freeBytes };
  };
  const look = () => {
    const { isLow, freeBytes } = state();
    if (isLow !== wasLow) {
      const words = isLow ? 'the disk is almost full: writes are refused' : 'the disk has room again';
      log[isLow ? 'error' : 'info']({ directory, freeBytes, minFreeBytes }, words);
    }
    wasLow = isLow;
    if (isLow) guard ??= startGuard(directory);
    guard?.postMessage('alive');
  };
  return {
    state,
    watch: () => {
      look();
      timer ??= setInterval(look, LOOK_MS).unref();
    },
    close: async () => {
      clearInterval(timer);
      await guard?.terminate();
    },
  };
}

function startGuard(directory: string): Worker {
  const guard = new Worker(new URL('./guard.ts', import.meta.url), { workerData: directory });
  guard.unref();
  return guard;
}

function freeBytesOf(directory: string): number {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
}

function megabytes(bytes: number): string {
  return `${Math.floor(bytes / MEGABYTE)} MB`;
}
