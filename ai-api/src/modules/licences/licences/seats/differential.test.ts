import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';
import { describe, expect } from 'vitest';
import type { TestLicence } from '../../../../../test/licences/fixture.ts';
import { Model } from '../../../../../test/licences/model.ts';
import { drivers, SeatsFixture, TTL } from '../../../../../test/licences/seats-fixture.ts';

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

describe.each(drivers)('seats on $name, compared with a small model', (kind) => {
  const fixture = new SeatsFixture(kind);

  /** Runs one command on the driver and on the model; the ids of sessions are the same in both. */
  async function compare(commands: readonly Command[], queues: boolean): Promise<void> {
    const policy = { onFull: queues ? ('queue' as const) : ('refuse' as const), borrowKeep: 1 };
    const { licence, ...client } = await fixture.open({ maxSeats: 3, policy });
    const model = new Model({ max: 3, ttl: TTL, revive: 120_000, keep: 1, queues });
    const sessions: { id: string; device: string }[] = [];
    for (const command of commands) {
      model.now = fixture.now;
      if (command.op === 'pass') fixture.pass(command.seconds * 1000);
      else if (command.op === 'lose') await lose(licence, model, client);
      else {
        const [given, expected] = await both(command, client, model, sessions);
        expect({ command, ...given }).toEqual({ command, ...expected });
      }
    }
    model.now = fixture.now;
    model.read();
    expect((await client.read()).used).toBe(model.used);
    expect(await expiries(licence)).toEqual(model.expiries);
  }

  async function both(
    command: Exclude<Command, { op: 'pass' | 'lose' }>,
    client: Omit<Awaited<ReturnType<SeatsFixture['open']>>, 'licence'>,
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
    const until = fixture.now + 3_600_000;
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
    client: Pick<Awaited<ReturnType<SeatsFixture['open']>>, 'read' | 'heartbeat'>,
  ): Promise<void> {
    model.read();
    await client.read();
    if (fixture.driver === 'redis') await fixture.bridge.redis.flushall();
    const rows = await fixture.database.withTenant(licence.tenantId, (transaction) =>
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
    if (fixture.driver === 'redis') {
      const info = await fixture.bridge.redis.hgetall(`ai-manager:seats:{${id}}:info`);
      return Object.values(info)
        .map((text) => JSON.parse(text) as { id: string; state: string; until_ms: number })
        .filter(({ state }) => state === 'held' || state === 'borrowed')
        .map((seat) => `${seat.id} ${seat.until_ms}`)
        .sort();
    }
    const rows = await fixture.database.withTenant(tenantId, (transaction) =>
      transaction
        .selectFrom('licences.sessions')
        .select(['id', 'lease_until'])
        .where('licence_id', '=', id)
        .where('state', 'in', ['held', 'borrowed'])
        .execute(),
    );
    return rows.map((row) => `${row.id} ${row.lease_until.getTime()}`).sort();
  }

  fixture.it('agree with a small model on random operations, crashes and steps of the clock', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 1, maxLength: 40 }), fc.boolean(), compare),
      { numRuns: kind.name === 'PGlite' ? 8 : 25, endOnFailure: true },
    );
  });
});
