import { Problem } from '../../../../http/problem.ts';
import type { SEAT_CODES } from '../seats/contract.ts';
import type { Decision, SeatCode } from '../seats/index.ts';
import type { Refusal } from './admission.ts';

/** What refusals of a decision say. */
const DETAILS: Partial<Record<SeatCode, string>> = {
  NO_SEATS: 'Wait, ask to be queued, or see who holds the seats.',
  SEATS_RESERVED: 'The seats that are free are reserved for other groups.',
  USER_LIMIT: 'Release a seat on another device first.',
  LICENSE_SUSPENDED: 'An admin has suspended the licence.',
  LICENSE_REVOKED: 'The licence was revoked for good.',
  LICENSE_EXPIRED: 'An admin has to renew the licence.',
  LICENSE_NOT_STARTED: 'The licence becomes valid later.',
  BORROW_LIMIT: 'The other seats are borrowed, or kept for those who are online.',
  DEVICE_BLOCKED: 'An admin has blocked this device.',
  SESSION_NOT_FOUND: 'Acquire a seat again, once.',
  SESSION_OF_OTHER_DEVICE: 'Acquire a seat for this device.',
};

/** Decisions about acquiring that are denials. */
export const DENIED: ReadonlySet<SeatCode> = new Set<SeatCode>([
  'NO_SEATS',
  'SEATS_RESERVED',
  'USER_LIMIT',
  'LICENSE_SUSPENDED',
  'LICENSE_REVOKED',
  'LICENSE_EXPIRED',
  'LICENSE_NOT_STARTED',
]);

/** Denials that pass when a seat is released. */
const FULL: ReadonlySet<SeatCode> = new Set<SeatCode>(['NO_SEATS', 'SEATS_RESERVED', 'USER_LIMIT']);

/** The problem that a decision is answered with. */
export function refusalFor(decision: Pick<Decision, 'code'> & Partial<Decision>): Refusal {
  const { code, used, max } = decision;
  const counts = used === undefined ? '' : ` ${used} of ${max} seats are in use.`;
  const detail = `${DETAILS[code] ?? ''}${FULL.has(code) ? counts : ''}`;
  if (DETAILS[code] === undefined) throw new Problem('INTERNAL', `Unexpected outcome ${code}.`);
  return { code: code as Refusal['code'], detail };
}

/** The problem that a denied request for a seat is answered with, with what its caller needs to wait or to queue. */
export function denialOf(decision: Decision): Problem {
  const { code, detail } = refusalFor(decision);
  if (!FULL.has(decision.code)) return new Problem(code, detail);
  const { used, max, retryAfterMs } = decision;
  const retryAfterSeconds = Math.max(1, Math.ceil(retryAfterMs / 1000));
  return new Problem(code, detail, {
    seats: { used, max, retryAfterSeconds },
    ...(retryAfterMs > 0 ? { retryAfter: retryAfterSeconds } : {}),
  });
}

/** A seat as its client sees it. */
export function seatView(licenceId: string, decision: Decision, token: string | null) {
  const { code, seat, used, max, waiting, position, at, heartbeatMs } = decision;
  if (!seat) throw new Problem('INTERNAL', `The outcome ${code} has no session.`);
  const isWaiting = seat.state === 'queued' || seat.state === 'offered';
  return {
    code: code as (typeof SEAT_CODES)[number],
    sessionId: seat.id,
    licenceId,
    state: seat.state,
    token,
    expiresAt: new Date(seat.until).toISOString(),
    heartbeatAfterSeconds: isWaiting ? 20 : Math.max(1, Math.floor(heartbeatMs / 1000)),
    serverTime: new Date(at).toISOString(),
    seats: { used, max, waiting },
    position: position > 0 ? position : null,
  };
}
