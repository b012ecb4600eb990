import type { TenantTransaction } from '../../../../platform/database/index.ts';
import type { SessionState } from '../states.ts';

/** Milliseconds for which an offer is kept, and within which a caller in the queue polls. */
export const OFFER_MS = 60_000;

/** What a decision about seats depends on. Times in milliseconds since the epoch; 0 for none. */
export interface Terms {
  version: number;
  state: 'active' | 'suspended' | 'revoked';
  startsAt: number;
  endsAt: number;
  max: number;
  /** Sessions admitted: the seats with the overage. */
  limit: number;
  ttlMs: number;
  heartbeatMs: number;
  reviveMs: number;
  lingerMs: number;
  /** Seats that are never borrowed. */
  keep: number;
  perUser: number;
  queues: boolean;
  reservations: readonly { group: string; seats: number }[];
}

/** One session, as far as seats are concerned. */
export interface Seat {
  id: string;
  /** Who leases: a device, a user or a session. */
  member: string;
  device: string;
  /** Empty for none. */
  user: string;
  group: string;
  state: SessionState;
  /** End of the lease, of the borrowing, of the offer, or of the wait. */
  until: number;
  /** Order in the queue. */
  seq: number;
  /** Seconds without use, as reported; -1 for unknown. */
  idle: number;
}

/** A seat that a decision changed; `endedAt` is 0 unless it ended. */
export interface Change extends Seat {
  endedAt: number;
}

export type SeatOp =
  | {
      type: 'acquire';
      session: string;
      member: string;
      device: string;
      user: string;
      group: string;
      wait: boolean;
      /** Version of the terms that the request was checked against. */
      version: number;
    }
  | { type: 'heartbeat'; session: string; device: string; idle: number }
  | { type: 'release'; session: string; device: string }
  | { type: 'evict'; session: string }
  | { type: 'borrow'; session: string; device: string; until: number }
  | { type: 'return'; session: string; device: string }
  | { type: 'read' };

/**
 * What a decision says: problem codes of the API, and what went well. `STALE`: the terms have changed. `REBUILD` and
 * `OUTDATED` are between a driver and its store, which knows nothing of the licence, or only earlier terms.
 */
export type SeatCode =
  | 'REBUILD'
  | 'OUTDATED'
  | 'ACQUIRED'
  | 'RENEWED'
  | 'REVIVED'
  | 'EXTENDED'
  | 'QUEUED'
  | 'OFFERED'
  | 'RELEASED'
  | 'EVICTED'
  | 'BORROWED'
  | 'RETURNED'
  | 'READ'
  | 'STALE'
  | 'NO_SEATS'
  | 'SEATS_RESERVED'
  | 'USER_LIMIT'
  | 'BORROW_LIMIT'
  | 'DEVICE_BLOCKED'
  | 'SESSION_NOT_FOUND'
  | 'SESSION_OF_OTHER_DEVICE'
  | 'LICENSE_SUSPENDED'
  | 'LICENSE_REVOKED'
  | 'LICENSE_EXPIRED'
  | 'LICENSE_NOT_STARTED';

export interface Decision {
  code: SeatCode;
  /** The session that the operation was about. */
  seat: Seat | null;
  /** Seats in use: held, borrowed, lingering. */
  used: number;
  max: number;
  /** Whether a seat was renewed on another device than the one that it is stored for. */
  isMoved: boolean;
  /** Callers in the queue, offers included. */
  waiting: number;
  reservedIdle: number;
  /** Place in the queue from 1; 0 outside. */
  position: number;
  /** Until the first lease ends, in milliseconds; for refusals. */
  retryAfterMs: number;
  /** Time of the decision. */
  at: number;
  /** Orders the changes of one licence. */
  revision: number;
  /** Pause until the next heartbeat. */
  heartbeatMs: number;
  changes: Change[];
}

/**
 * Runs in the transaction that stores the changes of a decision; an error undoes the decision. What a decision in Redis changed
 * beside a seat that was refused so is stored as a `READ`, for which it runs again.
 */
export type Also = (transaction: TenantTransaction, decision: Decision) => Promise<void>;

/** Counts seats. Both drivers decide alike; the sessions in the database are the history, whichever decides. */
export interface Seats {
  readonly driver: 'postgres' | 'redis';
  /**
   * Decides one operation on the seats of a licence, and stores the sessions that it changed.
   * @param also what to write with the changes; a decision without changes may skip it
   * @throws {SeatsUnavailable} when seats cannot be counted
   */
  decide(tenantId: string, licenceId: string, op: SeatOp, also?: Also): Promise<Decision>;
  /** Takes changed terms of a licence into use, and ends its seats where it is not active any more. */
  configure(tenantId: string, licenceId: string): Promise<void>;
  /** Ends sessions whose lease has run out, of every licence with any; answers their number. */
  sweep(tenantId: string): Promise<number>;
}

/** Seats cannot be counted right now. */
export class SeatsUnavailable extends Error {
  constructor(cause: unknown) {
    super('Seats cannot be counted right now', { cause });
    this.name = 'SeatsUnavailable';
  }
}

/** Why a licence gives no seats at a time; null when it does. */
export function refusalOf(terms: Terms, at: number): SeatCode | null {
  if (terms.state === 'suspended') return 'LICENSE_SUSPENDED';
  if (terms.state === 'revoked') return 'LICENSE_REVOKED';
  if (terms.endsAt > 0 && at >= terms.endsAt) return 'LICENSE_EXPIRED';
  if (at < terms.startsAt) return 'LICENSE_NOT_STARTED';
  return null;
}
