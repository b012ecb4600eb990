import { afterAll, beforeAll, test } from 'vitest';
import type { Seats } from '../../src/modules/licences/licences/seats/index.ts';
import type { Database } from '../../src/platform/database/index.ts';
import { databaseKinds, type TestDatabase } from '../databases.ts';
import { hasRedis, startUpstash } from '../real-redis.ts';
import type { UpstashBridge } from '../upstash-bridge.ts';
import { insertLicence, type LicenceOptions, openSeats, seatsOf, type TestLicence } from './fixture.ts';

/** Time of a lease by the default policy, in milliseconds. */
export const TTL = 360_000;

const kinds = databaseKinds();
/** The seats in PGlite and PostgreSQL, and those in Redis with their sessions in the fastest database there is. */
export const drivers = [
  ...kinds.map((kind) => ({ name: kind.name, driver: 'postgres' as const, kind, isHere: true })),
  { name: 'Redis', driver: 'redis' as const, kind: kinds.at(-1) as (typeof kinds)[0], isHere: hasRedis },
];

/** The seats of one driver, on a clock that the test moves. Opened before the tests of a suite, closed after them. */
export class SeatsFixture {
  /** Milliseconds since the epoch. */
  now = 1_800_000_000_000;
  readonly driver: 'postgres' | 'redis';
  readonly it: typeof test | ReturnType<typeof test.runIf>;
  private readonly kind: (typeof kinds)[0];
  private testDatabase: TestDatabase | undefined;
  private opened: { database: Database; seats: Seats } | undefined;
  private upstash: UpstashBridge | undefined;

  constructor({ driver, kind, isHere }: (typeof drivers)[number]) {
    this.driver = driver;
    this.kind = kind;
    this.it = test.runIf(isHere);
    beforeAll(() => (isHere ? this.start() : undefined));
    afterAll(() => this.stop());
  }

  private async start(): Promise<void> {
    this.testDatabase = await this.kind.create();
    const database = await this.testDatabase.open();
    if (this.driver === 'redis') this.upstash = await startUpstash();
    const seats = openSeats(this.driver, database, () => new Date(this.now), this.upstash);
    this.opened = { database, seats };
  }

  private async stop(): Promise<void> {
    await this.upstash?.stop();
    await this.opened?.database.close();
    await this.testDatabase?.remove();
  }

  get database(): Database {
    return this.running.database;
  }

  get seats(): Seats {
    return this.running.seats;
  }

  /** The Redis of the driver. */
  get bridge(): UpstashBridge {
    if (!this.upstash) throw new Error('The seats are not in Redis');
    return this.upstash;
  }

  private get running() {
    if (!this.opened) throw new Error('The fixture has not started');
    return this.opened;
  }

  pass(ms: number): void {
    this.now += ms;
  }

  /** A licence and the operations on its seats. */
  async open(options: LicenceOptions = {}) {
    const licence = await insertLicence(this.database, options);
    return { licence, ...seatsOf(this.seats, licence) };
  }

  /** Another process that decides about the same licence. */
  another(licence: TestLicence, { skew = 0, database = this.database } = {}) {
    const seats = openSeats(this.driver, database, () => new Date(this.now + skew), this.upstash);
    return seatsOf(seats, licence);
  }

  /** Sessions that are stored as holding a seat. */
  async storedAsHeld({ id, tenantId }: TestLicence): Promise<number> {
    const rows = await this.database.withTenant(tenantId, (transaction) =>
      transaction
        .selectFrom('licences.sessions')
        .select('id')
        .where('licence_id', '=', id)
        .where('state', '=', 'held')
        .execute(),
    );
    return rows.length;
  }

  /** The stored session. */
  session({ tenantId }: TestLicence, id: string) {
    return this.database.withTenant(tenantId, (transaction) =>
      transaction
        .selectFrom('licences.sessions')
        .select(['state', 'ended_at', 'lease_until'])
        .where('id', '=', id)
        .executeTakeFirst(),
    );
  }
}

export const idOf = ({ seat }: { seat: { id: string } | null }): string => seat?.id ?? '';
