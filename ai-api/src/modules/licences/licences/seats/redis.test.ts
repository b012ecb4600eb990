import { describe, expect } from 'vitest';
import { drivers, idOf, SeatsFixture, TTL } from '../../../../../test/licences/seats-fixture.ts';
import type { Database } from '../../../../platform/database/index.ts';
import { SeatsUnavailable } from './index.ts';

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
    await expect(client.acquire('two')).rejects.toThrow('no database');
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
});

const refuse = () => Promise.reject(new Error('the report of one could not be written'));
