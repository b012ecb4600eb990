import { v7 as uuidv7 } from 'uuid';
import { describe, expect } from 'vitest';
import { drivers, idOf, SeatsFixture, TTL } from '../../../../../test/licences/seats-fixture.ts';
import type { Database } from '../../../../platform/database/index.ts';
import { setBlocked } from '../sessions/store.ts';
import { type Also, type SeatCode, SeatsUnavailable } from './index.ts';

describe.each(drivers.filter(({ driver }) => driver === 'redis'))('seats in Redis', (kind) => {
  const fixture = new SeatsFixture(kind);

  fixture.it('13: an emptied Redis is rebuilt without over-grant', async () => {
    const { acquire, heartbeat, read } = await fixture.open({ maxSeats: 3 });
    const held = [];
    for (const name of ['a', 'b']) held.push({ name, session: idOf(await acquire(name)) });
    await fixture.bridge.redis.flushall();
    const answers = await Promise.all(['c', 'd', 'e'].map((name) => acquire(name)));
    expect(answers.map(({ code }) => code).sort()).toEqual(['ACQUIRED', 'NO_SEATS', 'NO_SEATS']);
    for (const { name, session: id } of held) expect((await heartbeat(id, name)).code).toBe('EXTENDED');
    expect((await read()).used).toBe(3);
  });

  fixture.it('12: Redis dies after the grant, before the row: no seat leaks', async () => {
    const { licence, ...client } = await fixture.open({ maxSeats: 1 });
    const { database } = fixture;
    let isDying = true;
    const dying: Database = {
      ...database,
      withTenant: (tenantId, work) =>
        database.withTenant(tenantId, async (transaction) => {
          const done = await work(transaction);
          if (isDying) fixture.bridge.mode = 'fails';
          if (isDying) throw new Error('the process lost its Redis and its transaction');
          return done;
        }),
    };
    expect((await client.read()).used).toBe(0);
    const crashing = fixture.another(licence, { database: dying });
    await expect(crashing.acquire('one')).rejects.toThrow('lost its Redis');
    isDying = false;
    fixture.bridge.mode = 'works';
    const restarted = fixture.another(licence);
    const again = await restarted.acquire('one');
    expect(['ACQUIRED', 'RENEWED']).toContain(again.code);
    expect((await fixture.session(licence, idOf(again)))?.state).toBe('held');
    await restarted.release(idOf(again), 'one');
    expect((await restarted.acquire('two')).code).toBe('ACQUIRED');
  });

  fixture.it('14: the database is away and heartbeats go on', async () => {
    const { acquire, read, licence } = await fixture.open();
    const id = idOf(await acquire('one'));
    const away: Database = {
      ...fixture.database,
      withTenant: () => Promise.reject(new Error('no database')),
    };
    const client = fixture.another(licence, { database: away });
    fixture.pass(TTL / 2);
    expect((await client.heartbeat(id, 'one')).code).toBe('EXTENDED');
    for (const device of ['one', 'two']) await expect(client.acquire(device)).rejects.toThrow('no database');
    expect((await client.heartbeat(id, 'one')).code).toBe('EXTENDED');
    expect((await read()).used).toBe(1);
  });

  fixture.it('say that seats cannot be counted while Redis is away', async () => {
    const { acquire, heartbeat, licence } = await fixture.open();
    const id = idOf(await acquire('one'));
    const client = fixture.another(licence);
    fixture.bridge.mode = 'fails';
    await expect(client.acquire('two')).rejects.toThrow(SeatsUnavailable);
    await expect(client.heartbeat(id, 'one')).rejects.toThrow(SeatsUnavailable);
    fixture.bridge.mode = 'works';
    expect((await heartbeat(id, 'one')).code).toBe('EXTENDED');
  });

  fixture.it(
    'store those that come at once together; what fails for one does not fail for the others',
    async () => {
      const { licence } = await fixture.open({ maxSeats: 100 });
      let transactions = 0;
      const counting: Database = {
        ...fixture.database,
        withTenant: (tenantId, work) => {
          transactions++;
          return fixture.database.withTenant(tenantId, work);
        },
      };
      const client = fixture.another(licence, { database: counting });
      await client.acquire('first');
      transactions = 0;
      const acquired = await Promise.allSettled(
        Array.from({ length: 60 }, (_, device) =>
          client.acquire(`d${device}`, { also: device === 7 ? refuse : undefined }),
        ),
      );
      const failed = acquired.flatMap((one, device) => (one.status === 'rejected' ? [device] : []));
      expect(failed).toEqual([7]);
      expect(transactions).toBeLessThan(60);
      const { used } = await client.read();
      expect(used).toBe(60);
      expect(await fixture.storedAsHeld(licence)).toBe(60);
    },
  );

  fixture.it('store and report what a refused grant ended and offered', async () => {
    const { licence, acquire, release, heartbeat } = await fixture.open({
      maxSeats: 1,
      policy: { onFull: 'queue' },
    });
    const first = idOf(await acquire('first'));
    const next = idOf(await acquire('next', { wait: true }));
    const last = idOf(await acquire('last', { wait: true }));
    await release(first, 'first');
    const offers: string[] = [];
    const refused = acquire('next', {
      also: async (_, { code, changes }) => {
        if (code === 'ACQUIRED') throw new Error('blocked meanwhile');
        offers.push(...changes.filter(({ state }) => state === 'offered').map(({ id }) => id));
      },
    });
    await expect(refused).rejects.toThrow('blocked meanwhile');
    expect((await fixture.session(licence, next))?.state).toBe('evicted');
    expect((await fixture.session(licence, last))?.state).toBe('offered');
    expect(offers).toEqual([last]);
    expect((await heartbeat(last, 'last')).code).toBe('OFFERED');
  });

  fixture.it('store what ran out together with a refused grant, and nothing of the grant', async () => {
    const { licence, acquire, read } = await fixture.open({ maxSeats: 1 });
    const gone = idOf(await acquire('gone'));
    const end = fixture.now + TTL;
    fixture.pass(TTL + 1000);
    const session = uuidv7();
    await expect(acquire('one', { session, also: refuseOf('ACQUIRED') })).rejects.toThrow(
      'could not be written',
    );
    expect(await fixture.session(licence, gone)).toMatchObject({ state: 'expired', ended_at: new Date(end) });
    expect(await fixture.session(licence, session)).toBeUndefined();
    expect((await read()).used).toBe(0);
  });

  fixture.it('end a session again that was refused to come back, with what ran out beside it', async () => {
    const { licence, acquire, read } = await fixture.open();
    const [late, other] = [idOf(await acquire('late')), idOf(await acquire('other'))];
    fixture.pass(TTL + 1000);
    const op = { type: 'heartbeat' as const, session: late, device: 'late', idle: -1 };
    const revived = fixture.seats.decide(licence.tenantId, licence.id, op, refuseOf('REVIVED'));
    await expect(revived).rejects.toThrow('could not be written');
    for (const id of [late, other]) expect((await fixture.session(licence, id))?.state).toBe('expired');
    expect((await read()).used).toBe(0);
  });

  fixture.it('revive a session on terms that changed at the same moment', async () => {
    const { licence, acquire, heartbeat, read } = await fixture.open();
    const late = idOf(await acquire('late'));
    fixture.pass(TTL + 1000);
    await fixture.database.withTenant(licence.tenantId, (transaction) =>
      transaction
        .updateTable('licences.licences')
        .set({ version: 2, max_seats: 1 })
        .where('id', '=', licence.id)
        .execute(),
    );
    expect(await heartbeat(late, 'late')).toMatchObject({ code: 'REVIVED', max: 1 });
    expect((await fixture.session(licence, late))?.state).toBe('held');
    expect((await read()).used).toBe(1);
  });

  fixture.it(
    'store no session as held that Redis has not, when its licence was suspended meanwhile',
    async () => {
      const { licence, acquire, heartbeat, read } = await fixture.open();
      const late = idOf(await acquire('late'));
      fixture.pass(TTL + 1000);
      await fixture.database.withTenant(licence.tenantId, (transaction) =>
        transaction
          .updateTable('licences.licences')
          .set({ version: 2, state: 'suspended' })
          .where('id', '=', licence.id)
          .execute(),
      );
      expect((await heartbeat(late, 'late')).code).toBe('LICENSE_SUSPENDED');
      expect((await fixture.session(licence, late))?.state).toBe('expired');
      expect((await read()).used).toBe(0);
    },
  );

  fixture.it('do not even begin to revive the session of a device that is blocked', async () => {
    const { licence, acquire, read } = await fixture.open();
    const { id, tenantId } = licence;
    const late = idOf(await acquire('late'));
    await fixture.database.withTenant(tenantId, (transaction) =>
      setBlocked(transaction, {
        licenceId: id,
        device: 'late',
        blocked: true,
        reason: 'Stolen.',
        by: 'test',
      }),
    );
    fixture.pass(TTL + 1000);
    await read();
    const op = { type: 'heartbeat' as const, session: late, device: 'late', idle: -1 };
    const codes: string[] = [];
    const decision = await fixture.seats.decide(tenantId, id, op, async (_, { code }) => {
      codes.push(code);
    });
    expect(decision).toMatchObject({ code: 'DEVICE_BLOCKED', seat: null });
    expect(codes).not.toContain('REVIVED');
    expect((await fixture.session(licence, late))?.state).toBe('expired');
  });

  fixture.it('take a seat back to its device when it may not move to another', async () => {
    const { licence, heartbeat, read } = await fixture.open();
    const { id, tenantId } = licence;
    const take = (device: string, also?: Also) => {
      const who = { session: uuidv7(), member: 'user:ada', user: 'ada', group: '', wait: false, version: 1 };
      return fixture.seats.decide(tenantId, id, { type: 'acquire', ...who, device }, also);
    };
    const session = idOf(await take('desk'));
    await expect(take('laptop', refuseOf('RENEWED'))).rejects.toThrow('could not be written');
    expect((await heartbeat(session, 'desk')).code).toBe('EXTENDED');
    expect((await heartbeat(session, 'laptop')).code).toBe('SESSION_OF_OTHER_DEVICE');
    expect(await take('laptop')).toMatchObject({ code: 'RENEWED', isMoved: true });
    expect((await heartbeat(session, 'laptop')).code).toBe('EXTENDED');
    expect((await read()).used).toBe(1);
  });
});

const refuse = () => Promise.reject(new Error('the report of one could not be written'));

/** Refuses what was decided with this code, as a check in the same transaction does. */
const refuseOf =
  (refused: SeatCode): Also =>
  (_, { code }) =>
    code === refused ? refuse() : Promise.resolve();
