import { describe, expect } from 'vitest';
import { drivers, idOf, SeatsFixture, TTL } from '../../../../../test/licences/seats-fixture.ts';

describe.each(drivers)('the policy of a licence on $name', (kind) => {
  const fixture = new SeatsFixture(kind);

  fixture.it('keep reserved seats for their group, and show those that are idle', async () => {
    const { acquire, read } = await fixture.open({
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

  fixture.it('limit the seats of one user', async () => {
    const { acquire } = await fixture.open({ maxSeats: 3, policy: { maxPerUser: 1 } });
    expect((await acquire('a', { user: 'ada' })).code).toBe('ACQUIRED');
    expect((await acquire('b', { user: 'ada' })).code).toBe('USER_LIMIT');
    expect((await acquire('c', { user: 'bob' })).code).toBe('ACQUIRED');
  });

  fixture.it('admit the overage of the policy, and no more', async () => {
    const { acquire } = await fixture.open({ maxSeats: 2, policy: { overage: '1.5' } });
    const codes = [];
    for (const device of ['a', 'b', 'c', 'd']) codes.push((await acquire(device)).code);
    expect(codes).toEqual(['ACQUIRED', 'ACQUIRED', 'ACQUIRED', 'NO_SEATS']);
  });

  fixture.it('keep a released seat for its member while it lingers', async () => {
    const { acquire, release, read } = await fixture.open({ maxSeats: 1, policy: { lingerSeconds: 30 } });
    await release(idOf(await acquire('one')), 'one');
    expect((await acquire('two')).code).toBe('NO_SEATS');
    expect((await acquire('one')).code).toBe('ACQUIRED');
    expect((await read()).used).toBe(1);
  });

  fixture.it(
    'borrow a seat to its end, never the last ones that are kept, and take it back early',
    async () => {
      const { acquire, borrow, giveBack, read } = await fixture.open({
        maxSeats: 2,
        policy: { borrowKeep: 1 },
      });
      const [one, two] = [idOf(await acquire('one')), idOf(await acquire('two'))];
      const until = fixture.now + 48 * 3_600_000;
      expect((await borrow(one, 'one', until)).seat).toMatchObject({ state: 'borrowed', until });
      expect((await borrow(two, 'two', until)).code).toBe('BORROW_LIMIT');
      fixture.pass(TTL + 1);
      expect(await read()).toMatchObject({ used: 1 });
      expect((await giveBack(one, 'one')).seat).toMatchObject({ state: 'held', until: fixture.now + TTL });
    },
  );

  fixture.it('evict a session for an admin', async () => {
    const { acquire, evict, heartbeat, licence } = await fixture.open();
    const session = idOf(await acquire('one'));
    expect((await evict(session)).code).toBe('EVICTED');
    expect((await heartbeat(session, 'one')).code).toBe('SESSION_NOT_FOUND');
    expect((await fixture.session(licence, session))?.state).toBe('evicted');
  });

  fixture.it('end what has run out in a sweep, without any request', async () => {
    const { acquire, licence } = await fixture.open();
    const session = idOf(await acquire('one'));
    const end = fixture.now + TTL;
    fixture.pass(TTL + 60_000);
    expect(await fixture.seats.sweep(licence.tenantId)).toBe(1);
    expect(await fixture.session(licence, session)).toMatchObject({
      state: 'expired',
      ended_at: new Date(end),
    });
  });
});
