import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { databaseKinds, type TestDatabase } from '../../../../../test/databases.ts';
import {
  changeLicence,
  insertLicence,
  type LicenceOptions,
  openSeats,
  seatsOf,
  type TestLicence,
} from '../../../../../test/licences/fixture.ts';
import { Model } from '../../../../../test/licences/model.ts';
import { hasRedis, startUpstash } from '../../../../../test/real-redis.ts';
import type { UpstashBridge } from '../../../../../test/upstash-bridge.ts';
import type { Database } from '../../../../platform/database/index.ts';
import { type Seats, SeatsUnavailable } from './index.ts';

const TTL = 360_000;
const START = 1_800_000_000_000;
/** The seats in PGlite and PostgreSQL, and those in Redis with their sessions in the fastest database there is. */
const kinds = databaseKinds();
const drivers = [
  ...kinds.map((kind) => ({ name: kind.name, driver: 'postgres' as const, kind, isHere: true })),
  { name: 'Redis', driver: 'redis' as const, kind: kinds.at(-1) as (typeof kinds)[0], isHere: hasRedis },
];

describe.each(drivers)('seats on $name', ({ driver, kind, isHere }) => {
  let testDatabase: TestDatabase;
  let database: Database;
  let bridge: UpstashBridge | undefined;
  let seats: Seats;
  let now = START;
  const pass = (ms: number) => {
    now += ms;
  };
  beforeAll(async () => {
    if (!isHere) return;
    testDatabase = await kind.create();
    database = await testDatabase.open();
    if (driver === 'redis') bridge = await startUpstash();
    seats = openSeats(driver, database, () => new Date(now), bridge);
  });
  afterAll(async () => {
    await bridge?.stop();
    await database?.close();
    await testDatabase?.remove();
  });

  async function open(options: LicenceOptions = {}) {
    const licence = await insertLicence(database, options);
    return { licence, ...seatsOf(seats, licence) };
  }
  const idOf = ({ seat }: { seat: { id: string } | null }) => seat?.id ?? '';
  const stateOf = async ({ tenantId }: TestLicence, session: string) => {
    const row = await database.withTenant(tenantId, (transaction) =>
      transaction
        .selectFrom('licences.sessions')
        .select(['state', 'ended_at', 'lease_until'])
        .where('id', '=', session)
        .executeTakeFirst(),
    );
    return row;
  };
  const it = test.runIf(isHere);

  it('1: ten devices crash, their leases run out, and ten others get their seats', async () => {
    const { acquire, read } = await open({ maxSeats: 10 });
    for (let device = 0; device < 10; device++) expect((await acquire(`a${device}`)).code).toBe('ACQUIRED');
    expect((await acquire('late')).code).toBe('NO_SEATS');
    pass(TTL);
    for (let device = 0; device < 10; device++) expect((await acquire(`b${device}`)).code).toBe('ACQUIRED');
    expect(await read()).toMatchObject({ used: 10, max: 10 });
  });

  it('2: of 200 devices at once, 50 get the 50 seats', async () => {
    const { acquire, read } = await open({ maxSeats: 50 });
    const codes = await Promise.all(
      Array.from({ length: 200 }, async (_, device) => (await acquire(`d${device}`)).code),
    );
    expect(codes.filter((code) => code === 'ACQUIRED')).toHaveLength(50);
    expect(codes.filter((code) => code === 'NO_SEATS')).toHaveLength(150);
    expect((await read()).used).toBe(50);
  });

  it('3: one device that asks twice at once gets one seat', async () => {
    const { acquire, read } = await open();
    const answers = await Promise.all([acquire('one'), acquire('one')]);
    expect(answers.map(({ code }) => code).sort()).toEqual(['ACQUIRED', 'RENEWED']);
    expect(new Set(answers.map(idOf)).size).toBe(1);
    expect((await read()).used).toBe(1);
  });

  it('4: a heartbeat after the release finds no session', async () => {
    const { acquire, heartbeat, release } = await open();
    const session = idOf(await acquire('one'));
    expect((await release(session, 'one')).code).toBe('RELEASED');
    expect((await heartbeat(session, 'one')).code).toBe('SESSION_NOT_FOUND');
  });

  it('5: a heartbeat at the millisecond in which its lease ends is too late, one before is not', async () => {
    const { acquire, heartbeat } = await open({ maxSeats: 1, policy: { reviveSeconds: 0 } });
    const session = idOf(await acquire('one'));
    pass(TTL - 1);
    expect((await heartbeat(session, 'one')).code).toBe('EXTENDED');
    pass(TTL);
    const [beat, other] = await Promise.all([heartbeat(session, 'one'), acquire('two')]);
    expect(other.code === 'ACQUIRED' ? 'SESSION_NOT_FOUND' : 'REVIVED').toBe(beat.code);
  });

  it('6: a second release finds no session, and the first end is kept', async () => {
    const { acquire, release, licence } = await open();
    const session = idOf(await acquire('one'));
    await release(session, 'one');
    const first = await stateOf(licence, session);
    pass(1000);
    expect((await release(session, 'one')).code).toBe('SESSION_NOT_FOUND');
    expect(await stateOf(licence, session)).toEqual(first);
    expect(first?.state).toBe('released');
  });

  it('7: another device can neither keep nor release a session', async () => {
    const { acquire, heartbeat, release, read } = await open();
    const session = idOf(await acquire('one'));
    expect((await heartbeat(session, 'two')).code).toBe('SESSION_OF_OTHER_DEVICE');
    expect((await release(session, 'two')).code).toBe('SESSION_OF_OTHER_DEVICE');
    expect((await read()).used).toBe(1);
  });

  it('8: a late heartbeat revives its session if a seat is free, and not without one', async () => {
    const { acquire, heartbeat, read } = await open({ maxSeats: 1 });
    const session = idOf(await acquire('one'));
    pass(TTL + 119_000);
    expect(await heartbeat(session, 'one')).toMatchObject({ code: 'REVIVED', seat: { id: session } });
    pass(TTL + 1000);
    expect((await acquire('two')).code).toBe('ACQUIRED');
    expect((await heartbeat(session, 'one')).code).toBe('SESSION_NOT_FOUND');
    expect((await read()).used).toBe(1);
    pass(TTL);
    const another = idOf(await acquire('three'));
    pass(TTL + 121_000);
    expect((await heartbeat(another, 'three')).code).toBe('SESSION_NOT_FOUND');
  });

  it('9: with fewer seats than are in use none is evicted and none admitted', async () => {
    const { acquire, heartbeat, release, licence } = await open({ maxSeats: 3 });
    const sessions = [];
    for (const device of ['a', 'b', 'c']) sessions.push(idOf(await acquire(device)));
    await changeLicence(database, seats, licence, { max_seats: 1 });
    for (const [index, device] of ['a', 'b', 'c'].entries())
      expect((await heartbeat(sessions[index] as string, device)).code).toBe('EXTENDED');
    await release(sessions[0] as string, 'a');
    expect(await acquire('d', { version: 2 })).toMatchObject({ code: 'NO_SEATS', used: 2, max: 1 });
    await release(sessions[1] as string, 'b');
    await release(sessions[2] as string, 'c');
    expect((await acquire('d', { version: 2 })).code).toBe('ACQUIRED');
  });

  it('10: a licence that is suspended between check and grant gives no seat', async () => {
    const { acquire, heartbeat, licence } = await open();
    const session = idOf(await acquire('one'));
    await changeLicence(database, seats, licence, { state: 'suspended' });
    expect((await acquire('two', { version: 1 })).code).toBe('STALE');
    expect((await acquire('two', { version: 2 })).code).toBe('LICENSE_SUSPENDED');
    expect((await heartbeat(session, 'one')).code).toBe('LICENSE_SUSPENDED');
    expect((await stateOf(licence, session))?.state).toBe('revoked');
    await changeLicence(database, seats, licence, { state: 'active' });
    expect((await heartbeat(session, 'one')).code).toBe('SESSION_NOT_FOUND');
  });

  it('11: a lease never passes the end of its licence', async () => {
    const end = new Date(now + 100_000);
    const { acquire, heartbeat, licence } = await open({ expiresAt: end });
    const acquired = await acquire('one');
    expect(acquired.seat?.until).toBe(end.getTime());
    pass(100_000);
    expect((await heartbeat(idOf(acquired), 'one')).code).toBe('LICENSE_EXPIRED');
    expect((await acquire('two')).code).toBe('LICENSE_EXPIRED');
    await changeLicence(database, seats, licence, { expires_at: new Date(now + 1e9) });
    expect((await acquire('two', { version: 2 })).code).toBe('ACQUIRED');
  });

  it('17: processes whose clocks are two seconds apart neither oversell nor shorten a lease', async () => {
    const licence = await insertLicence(database, { maxSeats: 1 });
    const [ahead, behind] = [2000, -2000].map((skew) =>
      seatsOf(
        openSeats(driver, database, () => new Date(now + skew), bridge),
        licence,
      ),
    );
    const session = idOf(await (ahead as NonNullable<typeof ahead>).acquire('one'));
    expect((await behind?.acquire('two'))?.code).toBe('NO_SEATS');
    expect((await behind?.heartbeat(session, 'one'))?.code).toBe('EXTENDED');
    pass(TTL - 4001);
    expect((await ahead?.acquire('two'))?.code).toBe('NO_SEATS');
    pass(4001);
    expect((await ahead?.acquire('two'))?.code).toBe('ACQUIRED');
  });

  it('20: the queue is first come, first served among 100, and no newcomer passes it', async () => {
    const { acquire, heartbeat, release } = await open({ maxSeats: 1, policy: { onFull: 'queue' } });
    let holder = { session: idOf(await acquire('holder')), device: 'holder' };
    const waiting = [];
    for (let place = 0; place < 100; place++) {
      const answer = await acquire(`w${place}`, { wait: true });
      expect(answer).toMatchObject({ code: 'QUEUED', position: place + 1 });
      waiting.push({ session: idOf(answer), device: `w${place}` });
    }
    for (const next of waiting.slice(0, 5)) {
      await release(holder.session, holder.device);
      expect((await acquire('newcomer')).code).toBe('NO_SEATS');
      expect((await heartbeat(next.session, next.device)).code).toBe('OFFERED');
      expect((await acquire(next.device)).code).toBe('ACQUIRED');
      holder = next;
    }
    await release(holder.session, holder.device);
    pass(59_000);
    for (const { session, device } of waiting.slice(6, 10)) await heartbeat(session, device);
    pass(1000);
    expect((await heartbeat(waiting[5]?.session ?? '', 'w5')).code).toBe('SESSION_NOT_FOUND');
    expect((await heartbeat(waiting[6]?.session ?? '', 'w6')).code).toBe('OFFERED');
  });

  it('keep reserved seats for their group, and show those that are idle', async () => {
    const { acquire, read } = await open({
      maxSeats: 3,
      policy: { reservations: [{ group: 'night', seats: 2 }] },
    });
    expect((await acquire('a')).code).toBe('ACQUIRED');
    expect((await acquire('b')).code).toBe('SEATS_RESERVED');
    expect((await acquire('c', { group: 'night' })).code).toBe('ACQUIRED');
    expect(await read()).toMatchObject({ used: 2, reservedIdle: 1 });
    expect((await acquire('d', { group: 'night' })).code).toBe('ACQUIRED');
    expect((await acquire('e', { group: 'night' })).code).toBe('NO_SEATS');
  });

  it('limit the seats of one user', async () => {
    const { acquire } = await open({ maxSeats: 3, policy: { maxPerUser: 1 } });
    expect((await acquire('a', { user: 'ada' })).code).toBe('ACQUIRED');
    expect((await acquire('b', { user: 'ada' })).code).toBe('USER_LIMIT');
    expect((await acquire('c', { user: 'bob' })).code).toBe('ACQUIRED');
  });

  it('admit the overage of the policy, and no more', async () => {
    const { acquire } = await open({ maxSeats: 2, policy: { overage: '1.5' } });
    const codes = [];
    for (const device of ['a', 'b', 'c', 'd']) codes.push((await acquire(device)).code);
    expect(codes).toEqual(['ACQUIRED', 'ACQUIRED', 'ACQUIRED', 'NO_SEATS']);
  });

  it('keep a released seat for its member while it lingers', async () => {
    const { acquire, release, read } = await open({ maxSeats: 1, policy: { lingerSeconds: 30 } });
    await release(idOf(await acquire('one')), 'one');
    expect((await acquire('two')).code).toBe('NO_SEATS');
    expect((await acquire('one')).code).toBe('ACQUIRED');
    expect((await read()).used).toBe(1);
  });

  it('borrow a seat to its end, never the last ones that are kept, and take it back early', async () => {
    const { acquire, borrow, giveBack, read } = await open({ maxSeats: 2, policy: { borrowKeep: 1 } });
    const [one, two] = [idOf(await acquire('one')), idOf(await acquire('two'))];
    const until = now + 48 * 3_600_000;
    expect((await borrow(one, 'one', until)).seat).toMatchObject({ state: 'borrowed', until });
    expect((await borrow(two, 'two', until)).code).toBe('BORROW_LIMIT');
    pass(TTL + 1);
    expect(await read()).toMatchObject({ used: 1 });
    expect((await giveBack(one, 'one')).seat).toMatchObject({ state: 'held', until: now + TTL });
  });

  it('evict a session for an admin', async () => {
    const { acquire, evict, heartbeat, licence } = await open();
    const session = idOf(await acquire('one'));
    expect((await evict(session)).code).toBe('EVICTED');
    expect((await heartbeat(session, 'one')).code).toBe('SESSION_NOT_FOUND');
    expect((await stateOf(licence, session))?.state).toBe('evicted');
  });

  it('end what has run out in a sweep, without any request', async () => {
    const { acquire, licence } = await open();
    const session = idOf(await acquire('one'));
    const end = now + TTL;
    pass(TTL + 60_000);
    expect(await seats.sweep(licence.tenantId)).toBe(1);
    expect(await stateOf(licence, session)).toMatchObject({ state: 'expired', ended_at: new Date(end) });
  });

  type Command =
    | { op: 'acquire'; device: number; wait: boolean }
    | { op: 'heartbeat' | 'release' | 'borrow' | 'return'; session: number }
    | { op: 'read' }
    | { op: 'pass'; seconds: number }
    | { op: 'lose' };
  const device = fc.nat({ max: 5 });
  const session = fc.nat({ max: 12 });
  const command: fc.Arbitrary<Command> = fc.oneof(
    { weight: 5, arbitrary: fc.record({ op: fc.constant('acquire' as const), device, wait: fc.boolean() }) },
    {
      weight: 8,
      arbitrary: fc.record({
        op: fc.constantFrom('heartbeat', 'heartbeat', 'release', 'borrow', 'return'),
        session,
      }),
    },
    { weight: 1, arbitrary: fc.constant({ op: 'read' as const }) },
    {
      weight: 4,
      arbitrary: fc.record({
        op: fc.constant('pass' as const),
        seconds: fc.oneof(fc.nat({ max: 400 }), fc.constantFrom(59, 60, 120, 359, 360, 361)),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ op: 'lose' as const }) },
  );

  /** Runs one command on the driver and on the model; the ids of sessions are the same in both. */
  async function compare(commands: readonly Command[], queues: boolean): Promise<void> {
    const policy = { onFull: queues ? ('queue' as const) : ('refuse' as const), borrowKeep: 1 };
    const { licence, ...client } = await open({ maxSeats: 3, policy });
    const model = new Model({ max: 3, ttl: TTL, revive: 120_000, keep: 1, queues });
    const sessions: { id: string; device: string }[] = [];
    for (const command of commands) {
      model.now = now;
      if (command.op === 'pass') pass(command.seconds * 1000);
      else if (command.op === 'lose') await lose(licence, model, client);
      else {
        const [given, expected] = await both(command, client, model, sessions);
        expect({ command, ...given }).toEqual({ command, ...expected });
      }
    }
    model.now = now;
    model.read();
    expect((await client.read()).used).toBe(model.used);
    expect(await expiries(licence)).toEqual(model.expiries);
  }

  async function both(
    command: Exclude<Command, { op: 'pass' | 'lose' }>,
    client: Omit<Awaited<ReturnType<typeof open>>, 'licence'>,
    model: Model,
    sessions: { id: string; device: string }[],
  ) {
    if (command.op === 'read') {
      const code = model.read();
      const answer = await client.read();
      return [
        { code: answer.code, used: answer.used },
        { code, used: model.used },
      ];
    }
    if (command.op === 'acquire') {
      const id = uuidv7();
      const name = `d${command.device}`;
      const code = model.acquire(id, name, command.wait);
      const answer = await client.acquire(name, { session: id, wait: command.wait });
      if (answer.seat && !sessions.some((known) => known.id === answer.seat?.id))
        sessions.push({ id: answer.seat.id, device: name });
      return [
        { code: answer.code, used: answer.used },
        { code, used: model.used },
      ];
    }
    const known = sessions[command.session % Math.max(1, sessions.length)] ?? { id: uuidv7(), device: 'd0' };
    const until = now + 3_600_000;
    const code =
      command.op === 'heartbeat'
        ? model.heartbeat(known.id, known.device)
        : model.change(known.id, known.device, command.op, until);
    const answer = await {
      heartbeat: () => client.heartbeat(known.id, known.device),
      release: () => client.release(known.id, known.device),
      borrow: () => client.borrow(known.id, known.device, until),
      return: () => client.giveBack(known.id, known.device),
    }[command.op]();
    return [
      { code: answer.code, used: answer.used },
      { code, used: model.used },
    ];
  }

  /** Redis forgets everything; each session that was held beats next, as its client does. */
  async function lose(
    licence: TestLicence,
    model: Model,
    client: Pick<Awaited<ReturnType<typeof open>>, 'read' | 'heartbeat'>,
  ): Promise<void> {
    model.read();
    await client.read();
    await bridge?.redis.flushall();
    const rows = await database.withTenant(licence.tenantId, (transaction) =>
      transaction
        .selectFrom('licences.sessions')
        .select(['id', 'device'])
        .where('licence_id', '=', licence.id)
        .where('state', 'in', ['held', 'queued'])
        .orderBy('queue_seq')
        .execute(),
    );
    for (const row of rows)
      expect((await client.heartbeat(row.id, row.device)).code).toBe(model.heartbeat(row.id, row.device));
  }

  /** The ends of the leases: in Redis where it counts, which knows of heartbeats that no database was written for. */
  async function expiries({ id, tenantId }: TestLicence): Promise<string[]> {
    if (bridge) {
      const info = await bridge.redis.hgetall(`ai-manager:seats:{${id}}:info`);
      return Object.values(info)
        .map((text) => JSON.parse(text) as { id: string; state: string; until_ms: number })
        .filter(({ state }) => state === 'held' || state === 'borrowed')
        .map((seat) => `${seat.id} ${seat.until_ms}`)
        .sort();
    }
    const rows = await database.withTenant(tenantId, (transaction) =>
      transaction
        .selectFrom('licences.sessions')
        .select(['id', 'lease_until'])
        .where('licence_id', '=', id)
        .where('state', 'in', ['held', 'borrowed'])
        .execute(),
    );
    return rows.map((row) => `${row.id} ${row.lease_until.getTime()}`).sort();
  }

  it('agree with a small model on random operations, crashes and steps of the clock', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 1, maxLength: 40 }), fc.boolean(), compare),
      { numRuns: kind.name === 'PGlite' ? 8 : 25, endOnFailure: true },
    );
  });

  if (driver === 'redis') {
    it('13: an emptied Redis is rebuilt without over-grant', async () => {
      const { acquire, heartbeat, read } = await open({ maxSeats: 3 });
      const held = [];
      for (const name of ['a', 'b']) held.push({ name, session: idOf(await acquire(name)) });
      await bridge?.redis.flushall();
      const answers = await Promise.all(['c', 'd', 'e'].map((name) => acquire(name)));
      expect(answers.map(({ code }) => code).sort()).toEqual(['ACQUIRED', 'NO_SEATS', 'NO_SEATS']);
      for (const { name, session: id } of held) expect((await heartbeat(id, name)).code).toBe('EXTENDED');
      expect((await read()).used).toBe(3);
    });

    it('12: Redis dies after the grant, before the row: no seat leaks', async () => {
      const licence = await insertLicence(database, { maxSeats: 1 });
      let isDying = true;
      const dying: Database = {
        ...database,
        withTenant: (tenantId, work) =>
          database.withTenant(tenantId, async (transaction) => {
            const done = await work(transaction);
            if (isDying && bridge) bridge.mode = 'fails';
            if (isDying) throw new Error('the process lost its Redis and its transaction');
            return done;
          }),
      };
      const client = seatsOf(
        openSeats('redis', database, () => new Date(now), bridge),
        licence,
      );
      expect((await client.read()).used).toBe(0);
      const crashing = seatsOf(
        openSeats('redis', dying, () => new Date(now), bridge),
        licence,
      );
      await expect(crashing.acquire('one')).rejects.toThrow('lost its Redis');
      isDying = false;
      if (bridge) bridge.mode = 'works';
      const again = await client.acquire('one');
      expect(['ACQUIRED', 'RENEWED']).toContain(again.code);
      expect((await stateOf(licence, idOf(again)))?.state).toBe('held');
      await client.release(idOf(again), 'one');
      expect((await client.acquire('two')).code).toBe('ACQUIRED');
    });

    it('14: the database is away and heartbeats go on', async () => {
      const { acquire, licence } = await open();
      const id = idOf(await acquire('one'));
      const away: Database = { ...database, withTenant: () => Promise.reject(new Error('no database')) };
      const client = seatsOf(
        openSeats('redis', away, () => new Date(now), bridge),
        licence,
      );
      pass(TTL / 2);
      expect((await client.heartbeat(id, 'one')).code).toBe('EXTENDED');
      await expect(client.acquire('two')).rejects.toThrow('no database');
      expect((await seatsOf(seats, licence).read()).used).toBe(1);
    });

    it('say that seats cannot be counted while Redis is away', async () => {
      const { acquire, licence } = await open();
      const id = idOf(await acquire('one'));
      const client = seatsOf(
        openSeats('redis', database, () => new Date(now), bridge),
        licence,
      );
      if (bridge) bridge.mode = 'fails';
      await expect(client.acquire('two')).rejects.toThrow(SeatsUnavailable);
      await expect(client.heartbeat(id, 'one')).rejects.toThrow(SeatsUnavailable);
      if (bridge) bridge.mode = 'works';
      expect((await seatsOf(seats, licence).heartbeat(id, 'one')).code).toBe('EXTENDED');
    });
  }
});
