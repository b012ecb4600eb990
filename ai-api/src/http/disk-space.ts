import type { RequestHandler } from 'express';
import type { Disk } from '../platform/disk/index.ts';
import { Problem } from './problem.ts';

const READS = new Set(['GET', 'HEAD', 'OPTIONS']);
const RETRY_AFTER = 30;

/** Refuses what would write, with 507, while the disk of the data folder is almost full. */
export function refuseOnFullDisk(disk: Disk): RequestHandler {
  return ({ method }, _response, next) => {
    if (!READS.has(method) && disk.state()?.isLow) throw diskFull();
    next();
  };
}

/** @param cause what a driver threw */
export function diskFull(cause?: unknown): Problem {
  const detail =
    'The disk of the server is almost full, so that nothing was stored. An operator has to free space.';
  return new Problem('DISK_FULL', detail, { retryAfter: RETRY_AFTER, cause });
}
