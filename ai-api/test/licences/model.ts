import type { SeatCode } from '../../src/modules/licences/licences/seats/index.ts';

/** The part of the terms that the model knows. */
export interface ModelTerms {
  max: number;
  ttl: number;
  revive: number;
  keep: number;
  queues: boolean;
}
interface Row {
  id: string;
  device: string;
  state: 'queued' | 'offered' | 'held' | 'borrowed' | 'expired' | 'released';
  until: number;
  endedAt: number;
}

/** Floating seats as they should be, without a database: what the drivers are compared with. Times in milliseconds. */
export class Model {
  now = 0;
  private rows: Row[] = [];
  private terms: ModelTerms;
  constructor(terms: ModelTerms) {
    this.terms = terms;
  }

  private in = (...states: Row['state'][]) => this.rows.filter(({ state }) => states.includes(state));
  get used() {
    return this.in('held', 'borrowed').length;
  }
  get expiries() {
    return this.in('held', 'borrowed')
      .map(({ id, until }) => `${id} ${until}`)
      .sort();
  }
  private get isFree() {
    return this.in('held', 'borrowed', 'offered').length < this.terms.max;
  }

  private settle(): void {
    for (const row of this.in('queued', 'offered', 'held', 'borrowed'))
      if (row.until <= this.now)
        Object.assign(row, {
          state: row.state === 'borrowed' ? 'released' : 'expired',
          endedAt: row.state === 'held' ? row.until : -Infinity,
        });
    this.offer();
  }
  private offer(): void {
    for (const row of this.in('queued'))
      if (this.isFree) Object.assign(row, { state: 'offered', until: this.now + 60_000 });
  }
  private set(row: Row, state: Row['state'], until: number, code: SeatCode): SeatCode {
    Object.assign(row, { state, until });
    return code;
  }
  private lease = (row: Row, code: SeatCode) => this.set(row, 'held', this.now + this.terms.ttl, code);
  private wait = (row: Row) => this.set(row, 'queued', this.now + 60_000, 'QUEUED');
  private find = (id: string) =>
    this.in('queued', 'offered', 'held', 'borrowed').find((row) => row.id === id);

  acquire(id: string, device: string, wait: boolean): SeatCode {
    this.settle();
    const mine = this.in('queued', 'offered', 'held', 'borrowed').find((row) => row.device === device);
    if (mine?.state === 'queued') return this.wait(mine);
    if (mine?.state === 'borrowed') return 'RENEWED';
    if (mine) return this.lease(mine, mine.state === 'offered' ? 'ACQUIRED' : 'RENEWED');
    if (!this.isFree && !(wait && this.terms.queues)) return 'NO_SEATS';
    const row: Row = { id, device, state: 'queued', until: this.now + 60_000, endedAt: 0 };
    const code = this.isFree ? this.lease(row, 'ACQUIRED') : 'QUEUED';
    this.rows.push(row);
    return code;
  }
  heartbeat(id: string, device: string): SeatCode {
    this.settle();
    const live = this.find(id);
    const row =
      live ?? this.rows.find((past) => past.id === id && past.state === 'expired' && past.endedAt > 0);
    if (!row) return 'SESSION_NOT_FOUND';
    if (row.device !== device) return 'SESSION_OF_OTHER_DEVICE';
    if (live?.state === 'offered') return 'OFFERED';
    if (live?.state === 'queued') return this.wait(live);
    if (live) return live.state === 'borrowed' ? 'EXTENDED' : this.lease(live, 'EXTENDED');
    const hasOther = this.in('queued', 'offered', 'held', 'borrowed').some(
      (other) => other.device === device,
    );
    if (hasOther || this.now - row.endedAt > this.terms.revive || !this.isFree) return 'SESSION_NOT_FOUND';
    return this.lease(row, 'REVIVED');
  }
  change(id: string, device: string, to: 'release' | 'borrow' | 'return', until = 0): SeatCode {
    this.settle();
    const row = this.find(id);
    if (!row) return 'SESSION_NOT_FOUND';
    if (row.device !== device) return 'SESSION_OF_OTHER_DEVICE';
    if (to === 'release') {
      this.set(row, 'released', 0, 'RELEASED');
      this.offer();
      return 'RELEASED';
    }
    if (row.state !== 'held' && row.state !== 'borrowed') return 'SESSION_NOT_FOUND';
    if (to === 'return') return this.lease(row, 'RETURNED');
    const others = this.in('borrowed').filter((other) => other !== row).length;
    if (others >= this.terms.max - this.terms.keep) return 'BORROW_LIMIT';
    return this.set(row, 'borrowed', until, 'BORROWED');
  }
  read(): SeatCode {
    this.settle();
    return 'READ';
  }
}
