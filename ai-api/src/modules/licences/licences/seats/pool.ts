import { LIVE, SEATED, type SessionState } from '../states.ts';
import { type Change, type Decision, OFFER_MS, type Seat, type SeatCode, type Terms } from './seats.ts';

/** How many seats are occupied, by what a decision asks about. */
export interface Occupancy {
  state: SessionState;
  group: string;
  /** Only where terms limit the seats of a user. */
  user: string;
  count: number;
}

const isLive = (state: SessionState) => (LIVE as readonly string[]).includes(state);
const isSeated = (state: SessionState) => (SEATED as readonly string[]).includes(state);

/**
 * The seats of one licence during one decision: counts of all, and the rows that the decision may be about (those of the
 * caller, the queue, and those whose time is over).
 */
export class Pool {
  readonly changes = new Map<string, Change>();
  /** Whether a seat is renewed on another device. */
  isMoved = false;
  private occupied = 0;
  private borrowed = 0;
  private offered = 0;
  private readonly groups = new Map<string, number>();
  private readonly users = new Map<string, number>();

  private readonly terms: Terms;
  private readonly rows: Seat[];
  private readonly revision: number;
  readonly at: number;

  /** @param rows live sessions that the decision may be about; further ones are added to it */
  constructor(terms: Terms, occupancy: readonly Occupancy[], rows: Seat[], at: number, revision: number) {
    this.terms = terms;
    this.rows = rows;
    this.at = at;
    this.revision = revision;
    for (const { state, group, user, count } of occupancy) this.count(state, group, user, count);
  }

  private count(state: SessionState, group: string, user: string, by: number): void {
    if (!isSeated(state)) return;
    this.occupied += by;
    if (state === 'borrowed') this.borrowed += by;
    if (state === 'offered') this.offered += by;
    this.groups.set(group, (this.groups.get(group) ?? 0) + by);
    this.users.set(user, (this.users.get(user) ?? 0) + by);
  }

  /** Moves a session to a state; `until` and `endedAt` as given. */
  set(seat: Seat, state: SessionState, until: number, endedAt = 0): void {
    this.count(seat.state, seat.group, seat.user, -1);
    seat.state = state;
    seat.until = until;
    this.count(state, seat.group, seat.user, 1);
    this.changes.set(seat.id, { ...seat, endedAt });
  }

  add(seat: Seat): void {
    this.rows.push(seat);
    this.count(seat.state, seat.group, seat.user, 1);
    this.changes.set(seat.id, { ...seat, endedAt: 0 });
  }

  find(isOne: (seat: Seat) => boolean): Seat | undefined {
    return this.rows.find(isOne);
  }

  /** Ends what has run out: at its own time, not at the time of the decision. */
  purge(): void {
    for (const seat of this.rows) {
      if (seat.until > this.at) continue;
      if (seat.state === 'queued' || seat.state === 'offered' || seat.state === 'held')
        this.set(seat, 'expired', seat.until, seat.until);
      else if (seat.state === 'borrowed' || seat.state === 'lingering')
        this.set(seat, 'released', seat.until, seat.until);
    }
  }

  /** Ends every session, of a licence that gives no seats any more. */
  endAll(): void {
    for (const seat of this.rows)
      if (seat.state !== 'expired' && seat.state !== 'released') this.set(seat, 'revoked', this.at, this.at);
  }

  private get queue(): Seat[] {
    return this.rows
      .filter(({ state }) => state === 'queued' || state === 'offered')
      .sort((a, b) => a.seq - b.seq);
  }

  /** The end of a lease that begins now: never past the end of the licence. */
  lease(ms = this.terms.ttlMs): number {
    return this.cap(this.at + ms);
  }

  cap(until: number): number {
    return this.terms.endsAt > 0 ? Math.min(until, this.terms.endsAt) : until;
  }

  get reservedIdle(): number {
    return this.reservedForOthers('');
  }

  private reservedForOthers(group: string): number {
    return this.terms.reservations
      .filter((reserved) => reserved.group !== group)
      .reduce((sum, { group: name, seats }) => sum + Math.max(0, seats - (this.groups.get(name) ?? 0)), 0);
  }

  get hasFree(): boolean {
    return this.occupied < this.terms.limit;
  }

  isFreeFor(group: string): boolean {
    return this.terms.limit - this.occupied - this.reservedForOthers(group) > 0;
  }

  isAtLimit(user: string): boolean {
    return this.terms.perUser > 0 && user !== '' && (this.users.get(user) ?? 0) >= this.terms.perUser;
  }

  mayBorrow(seat: Seat): boolean {
    const others = this.borrowed - (seat.state === 'borrowed' ? 1 : 0);
    return others < this.terms.max - this.terms.keep;
  }

  /** Offers free seats to the queue, first come, first served, among those who may take them. */
  offer(): void {
    if (!this.hasFree) return;
    for (const seat of this.queue)
      if (seat.state === 'queued' && this.isFreeFor(seat.group) && !this.isAtLimit(seat.user))
        this.set(seat, 'offered', this.at + OFFER_MS);
  }

  /**
   * A time before which no session of the licence ends, as long as its terms stay: heartbeats only move ends back.
   * @param earliest end of the first lease before the decision; 0 for none
   */
  nextDue(earliest: number): number {
    const ends = this.rows.filter(({ state }) => isLive(state)).map(({ until }) => until);
    return Math.min(this.lease(), ...(earliest > 0 ? [earliest] : []), ...ends);
  }

  nextSeq(): number {
    return Math.max(0, ...this.rows.map(({ seq }) => seq)) + 1;
  }

  decided(code: SeatCode, seat: Seat | null, earliest: number): Decision {
    const queue = this.queue;
    return {
      code,
      seat,
      used: this.occupied - this.offered,
      max: this.terms.max,
      isMoved: this.isMoved,
      waiting: queue.length,
      reservedIdle: this.reservedIdle,
      position: seat ? queue.indexOf(seat) + 1 : 0,
      retryAfterMs: Math.max(0, earliest - this.at),
      at: this.at,
      revision: this.revision,
      heartbeatMs: this.terms.heartbeatMs,
      changes: [...this.changes.values()],
    };
  }
}
