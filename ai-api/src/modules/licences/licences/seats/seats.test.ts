import { describe, expect } from 'vitest';
import { changeLicence } from '../../../../../test/licences/fixture.ts';
import { drivers, idOf, SeatsFixture, TTL } from '../../../../../test/licences/seats-fixture.ts';

describe.each(drivers)('seats on $name', (kind) => {
  const fixture = new SeatsFixture(kind);

  fixture.it('1: ten devices crash, their leases run out, and ten others get their seats', async () => {
    const { acquire, read } = await fixture.open({ maxSeats: 10 });
    for (let device = 0; device < 10; device++) expect((await acquire(`a${device}`)).code).toBe('ACQUIRED');
    expect((await acquire('late')).code).toBe('NO_SEATS');
    fixture.pass(TTL);
    for (let device = 0; device < 10; device++) expect((await acquire(`b${device}`)).code).toBe('ACQUIRED');
    expect(await read()).toMatchObject({ used: 10, max: 10 });
  });

  fixture.it('2: of 200 devices at once, 50 get the 50 seats', async () => {
    const { acquire, read } = await fixture.open({ maxSeats: 50 });
    const codes = await Promise.all(
      Array.from({ length: 200 }, async (_, device) => (await acquire(`d${device}`)).code),
    );
    expect(codes.filter((code) => code === 'ACQUIRED')).toHaveLength(50);
    expect(codes.filter((code) => code === 'NO_SEATS')).toHaveLength(150);
    expect((await read()).used).toBe(50);
  });

  fixture.it('3: one device that asks twice at once gets one seat', async () => {
    const { acquire, read } = await fixture.open();
    const answers = await Promise.all([acquire('one'), acquire('one')]);
    expect(answers.map(({ code }) => code).sort()).toEqual(['ACQUIRED', 'RENEWED']);
    expect(new Set(answers.map(idOf)).size).toBe(1);
    expect((await read()).used).toBe(1);
  });

  fixture.it('4: a heartbeat after the release finds no session', async () => {
    const { acquire, heartbeat, release } = await fixture.open();
    const session = idOf(await acquire('one'));
    expect((await release(session, 'one')).code).toBe('RELEASED');
    expect((await heartbeat(session, 'one')).code).toBe('SESSION_NOT_FOUND');
  });

  fixture.it(
    '5: a heartbeat at the millisecond in which its lease ends is too late, one before is not',
    async () => {
      const { acquire, heartbeat } = await fixture.open({ maxSeats: 1, policy: { reviveSeconds: 0 } });
      const session = idOf(await acquire('one'));
      fixture.pass(TTL - 1);
      expect((await heartbeat(session, 'one')).code).toBe('EXTENDED');
      fixture.pass(TTL);
      const [beat, other] = await Promise.all([heartbeat(session, 'one'), acquire('two')]);
      expect(other.code === 'ACQUIRED' ? 'SESSION_NOT_FOUND' : 'REVIVED').toBe(beat.code);
    },
  );

  fixture.it('6: a second release finds no session, and the first end is kept', async () => {
    const { acquire, release, licence } = await fixture.open();
    const session = idOf(await acquire('one'));
    await release(session, 'one');
    const first = await fixture.session(licence, session);
    fixture.pass(1000);
    expect((await release(session, 'one')).code).toBe('SESSION_NOT_FOUND');
    expect(await fixture.session(licence, session)).toEqual(first);
    expect(first?.state).toBe('released');
  });

  fixture.it('7: another device can neither keep nor release a session', async () => {
    const { acquire, heartbeat, release, read } = await fixture.open();
    const session = idOf(await acquire('one'));
    expect((await heartbeat(session, 'two')).code).toBe('SESSION_OF_OTHER_DEVICE');
    expect((await release(session, 'two')).code).toBe('SESSION_OF_OTHER_DEVICE');
    expect((await read()).used).toBe(1);
  });

  fixture.it('8: a late heartbeat revives its session if a seat is free, and not without one', async () => {
    const { acquire, heartbeat, read } = await fixture.open({ maxSeats: 1 });
    const session = idOf(await acquire('one'));
    fixture.pass(TTL + 119_000);
    expect(await heartbeat(session, 'one')).toMatchObject({ code: 'REVIVED', seat: { id: session } });
    fixture.pass(TTL + 1000);
    expect((await acquire('two')).code).toBe('ACQUIRED');
    expect((await heartbeat(session, 'one')).code).toBe('SESSION_NOT_FOUND');
    expect((await read()).used).toBe(1);
    fixture.pass(TTL);
    const another = idOf(await acquire('three'));
    fixture.pass(TTL + 121_000);
    expect((await heartbeat(another, 'three')).code).toBe('SESSION_NOT_FOUND');
  });

  fixture.it('9: with fewer seats than are in use none is evicted and none admitted', async () => {
    const { acquire, heartbeat, release, licence } = await fixture.open({ maxSeats: 3 });
    const sessions = [];
    for (const device of ['a', 'b', 'c']) sessions.push(idOf(await acquire(device)));
    await changeLicence(fixture.database, fixture.seats, licence, { max_seats: 1 });
    for (const [index, device] of ['a', 'b', 'c'].entries())
      expect((await heartbeat(sessions[index] as string, device)).code).toBe('EXTENDED');
    await release(sessions[0] as string, 'a');
    expect(await acquire('d', { version: 2 })).toMatchObject({ code: 'NO_SEATS', used: 2, max: 1 });
    await release(sessions[1] as string, 'b');
    await release(sessions[2] as string, 'c');
    expect((await acquire('d', { version: 2 })).code).toBe('ACQUIRED');
  });

  fixture.it('10: a licence that is suspended between check and grant gives no seat', async () => {
    const { acquire, heartbeat, licence } = await fixture.open();
    const session = idOf(await acquire('one'));
    await changeLicence(fixture.database, fixture.seats, licence, { state: 'suspended' });
    expect((await acquire('two', { version: 1 })).code).toBe('STALE');
    expect((await acquire('two', { version: 2 })).code).toBe('LICENSE_SUSPENDED');
    expect((await heartbeat(session, 'one')).code).toBe('LICENSE_SUSPENDED');
    expect((await fixture.session(licence, session))?.state).toBe('revoked');
    await changeLicence(fixture.database, fixture.seats, licence, { state: 'active' });
    expect((await heartbeat(session, 'one')).code).toBe('SESSION_NOT_FOUND');
  });

  fixture.it('11: a lease never passes the end of its licence', async () => {
    const end = new Date(fixture.now + 100_000);
    const { acquire, heartbeat, licence } = await fixture.open({ expiresAt: end });
    const acquired = await acquire('one');
    expect(acquired.seat?.until).toBe(end.getTime());
    fixture.pass(100_000);
    expect((await heartbeat(idOf(acquired), 'one')).code).toBe('LICENSE_EXPIRED');
    expect((await acquire('two')).code).toBe('LICENSE_EXPIRED');
    await changeLicence(fixture.database, fixture.seats, licence, {
      expires_at: new Date(fixture.now + 1e9),
    });
    expect((await acquire('two', { version: 2 })).code).toBe('ACQUIRED');
  });

  fixture.it(
    '17: processes whose clocks are two seconds apart neither oversell nor shorten a lease',
    async () => {
      const { licence } = await fixture.open({ maxSeats: 1 });
      const ahead = fixture.another(licence, { skew: 2000 });
      const behind = fixture.another(licence, { skew: -2000 });
      const session = idOf(await ahead.acquire('one'));
      expect((await behind.acquire('two')).code).toBe('NO_SEATS');
      expect((await behind.heartbeat(session, 'one')).code).toBe('EXTENDED');
      fixture.pass(TTL - 4001);
      expect((await ahead.acquire('two')).code).toBe('NO_SEATS');
      fixture.pass(4001);
      expect((await ahead.acquire('two')).code).toBe('ACQUIRED');
    },
  );

  fixture.it('20: the queue is first come, first served among 100, and no newcomer passes it', async () => {
    const { acquire, heartbeat, release } = await fixture.open({ maxSeats: 1, policy: { onFull: 'queue' } });
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
    fixture.pass(59_000);
    for (const { session, device } of waiting.slice(6, 10)) await heartbeat(session, device);
    fixture.pass(1000);
    expect((await heartbeat(waiting[5]?.session ?? '', 'w5')).code).toBe('SESSION_NOT_FOUND');
    expect((await heartbeat(waiting[6]?.session ?? '', 'w6')).code).toBe('OFFERED');
  });
});
