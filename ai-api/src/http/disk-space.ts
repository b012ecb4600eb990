import type { RequestHandler } from 'express';
import type { Disk } from '../platform/disk/index.ts';
import { Problem } from './problem.ts';

/** `DELETE` frees space, and stores no more than its audit entry. */
const ALLOWED = new Set(['GET', 'HEAD', 'OPTIONS', 'DELETE']);
/** A read that is sent by `POST`. */
const READ = /^\/batch\/read\/?$/;
const RETRY_AFTER = 30;

/** Refuses what would write, with 507, while the disk of the data folder is almost full. */
export function refuseOnFullDisk(disk: Disk): RequestHandler {
  return ({ method, path }, _response, next) => {
    if (!ALLOWED.has(method) && !READ.test(path) && disk.state()?.isLow) throw diskFull();
    next();
  };
}

/** @param cause what a driver threw */
export function diskFull(cause?: unknown): Problem {
  const detail =
    'The disk of the server is almost full, so that nothing was stored. An operator has to free space.';
  return new Problem('DISK_FULL', detail, { retryAfter: RETRY_AFTER, cause });
}
