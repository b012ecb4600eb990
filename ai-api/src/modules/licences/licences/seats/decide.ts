import type { Pool } from './pool.ts';
import { OFFER_MS, refusalOf, type Seat, type SeatCode, type SeatOp, type Terms } from './seats.ts';

/** What an operation comes to: its code, and the session that it was about. */
type Outcome = [SeatCode, Seat | null];

/** A session that ended within the time in which a late heartbeat may revive it. */
export type Ended = Seat & { endedAt: number };

/**
 * Decides one operation on the seats of a licence: ends what has run out, offers what is free to the queue, then does
 * what was asked.
 * @param ended the session of the operation, if it is over
 */
export function decide(terms: Terms, pool: Pool, op: SeatOp, ended: Ended | null): Outcome {
  pool.purge();
  pool.offer();
  const outcome = carryOut(terms, pool, op, ended);
  pool.offer();
  return outcome;
}

function carryOut(terms: Terms, pool: Pool, op: SeatOp, ended: Ended | null): Outcome {
  if (op.type === 'read') return ['READ', null];
  const session = pool.find(({ id, state }) => id === op.session && isLive(state)) ?? null;
  if (op.type === 'release' || op.type === 'evict') return end(terms, pool, op, session);
  const refusal = refusalOf(terms, pool.at);
  if (refusal) return [refusal, null];
  if (op.type === 'acquire') return acquire(terms, pool, op);
  if (!session) return op.type === 'heartbeat' ? revive(terms, pool, op, ended) : ['SESSION_NOT_FOUND', null];
  if (session.device !== op.device) return ['SESSION_OF_OTHER_DEVICE', null];
  if (op.type === 'heartbeat') return heartbeat(pool, op, session);
  if (session.state !== 'held' && session.state !== 'borrowed') return ['SESSION_NOT_FOUND', null];
  if (op.type === 'return') {
    pool.set(session, 'held', pool.lease());
    return ['RETURNED', session];
  }
  if (!pool.mayBorrow(session)) return ['BORROW_LIMIT', session];
  pool.set(session, 'borrowed', pool.cap(op.until));
  return ['BORROWED', session];
}

function isLive(state: string): boolean {
  return state === 'queued' || state === 'offered' || state === 'held' || state === 'borrowed';
}

type Acquire = Extract<SeatOp, { type: 'acquire' }>;

function acquire(terms: Terms, pool: Pool, op: Acquire): Outcome {
  const mine = pool.find(
    ({ member, state }) => member === op.member && (isLive(state) || state === 'lingering'),
  );
  if (mine && mine.state !== 'lingering') return again(pool, op, mine);
  const { session: id, member, device, user, group } = op;
  const seat: Seat = {
    id,
    member,
    device,
    user,
    group,
    state: 'held',
    until: pool.lease(),
    seq: 0,
    idle: -1,
  };
  if (mine) pool.set(mine, 'released', pool.at, pool.at);
  else {
    if (pool.isAtLimit(user)) return ['USER_LIMIT', null];
    if (!pool.isFreeFor(group)) {
      if (!op.wait || !terms.queues) return [pool.hasFree ? 'SEATS_RESERVED' : 'NO_SEATS', null];
      const waiting: Seat = { ...seat, state: 'queued', until: pool.at + OFFER_MS, seq: pool.nextSeq() };
      pool.add(waiting);
      return ['QUEUED', waiting];
    }
  }
  pool.add(seat);
  return ['ACQUIRED', seat];
}

/** A member that has a session: it renews its lease, claims its offer, or keeps its place in the queue. */
function again(pool: Pool, op: Acquire, mine: Seat): Outcome {
  const isElsewhere = mine.device !== op.device;
  mine.device = op.device;
  if (mine.state === 'queued') {
    pool.set(mine, 'queued', pool.at + OFFER_MS);
    return ['QUEUED', mine];
  }
  const isNew = mine.state === 'offered';
  if (isNew) mine.seq = 0;
  else pool.isMoved = isElsewhere;
  if (mine.state === 'borrowed') pool.set(mine, 'borrowed', mine.until);
  else pool.set(mine, 'held', pool.lease());
  return [isNew ? 'ACQUIRED' : 'RENEWED', mine];
}

function heartbeat(pool: Pool, op: Extract<SeatOp, { type: 'heartbeat' }>, session: Seat): Outcome {
  session.idle = op.idle;
  if (session.state === 'offered') return ['OFFERED', session];
  if (session.state === 'queued') {
    pool.set(session, 'queued', pool.at + OFFER_MS);
    return ['QUEUED', session];
  }
  pool.set(session, session.state, session.state === 'borrowed' ? session.until : pool.lease());
  return ['EXTENDED', session];
}

function revive(
  terms: Terms,
  pool: Pool,
  op: Extract<SeatOp, { type: 'heartbeat' }>,
  given: Ended | null,
): Outcome {
  const expired = pool.changes.get(op.session) ?? given;
  if (expired?.state !== 'expired' || expired.seq > 0) return ['SESSION_NOT_FOUND', null];
  if (expired.device !== op.device) return ['SESSION_OF_OTHER_DEVICE', null];
  const isTaken = pool.find(
    ({ member, state }) => member === expired.member && state !== 'expired' && isLive(state),
  );
  if (isTaken || pool.at - expired.endedAt > terms.reviveMs) return ['SESSION_NOT_FOUND', null];
  if (pool.isAtLimit(expired.user) || !pool.isFreeFor(expired.group)) return ['SESSION_NOT_FOUND', null];
  const lingering = pool.find(({ member, state }) => member === expired.member && state === 'lingering');
  if (lingering) pool.set(lingering, 'released', pool.at, pool.at);
  const { endedAt: _, ...seat } = expired;
  const revived: Seat = { ...seat, state: 'held', until: pool.lease(), idle: op.idle };
  pool.add(revived);
  return ['REVIVED', revived];
}

function end(
  terms: Terms,
  pool: Pool,
  op: Extract<SeatOp, { type: 'release' | 'evict' }>,
  session: Seat | null,
): Outcome {
  if (!session) return ['SESSION_NOT_FOUND', null];
  if (op.type === 'evict') {
    pool.set(session, 'evicted', pool.at, pool.at);
    return ['EVICTED', session];
  }
  if (session.device !== op.device) return ['SESSION_OF_OTHER_DEVICE', null];
  const lingers = terms.lingerMs > 0 && (session.state === 'held' || session.state === 'borrowed');
  if (lingers) pool.set(session, 'lingering', pool.cap(pool.at + terms.lingerMs), pool.at);
  else pool.set(session, 'released', pool.at, pool.at);
  return ['RELEASED', session];
}
