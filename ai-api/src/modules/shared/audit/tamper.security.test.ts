import fc from 'fast-check';
import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { databaseKinds, type TestDatabase } from '../../../../test/databases.ts';
import type { Database } from '../../../platform/database/index.ts';
import { migrate } from '../../../platform/database/migrate.ts';
import { record, systemActor, verifyChain } from '../audit/index.ts';
import { hashEntry } from './chain.ts';
import { chainedEntry } from './read.ts';
import { findEvent } from './store.ts';

/** Entries in every chain. */
const LENGTH = 6;
const COLUMNS = {
  occurred_at: "occurred_at + interval '1 millisecond'",
  actor_key_id: "coalesce(actor_key_id, '00000000-0000-7000-8000-000000000000')",
  actor_name: "actor_name || '!'",
  acting_for: "coalesce(acting_for, '') || 'somebody'",
  operation: "operation || '!'",
  subject: "'builder:other'",
  request_id: "coalesce(request_id, '') || '1'",
  payload_digest: 'reverse(payload_digest)',
  previous_hash: "translate(previous_hash, '0123456789abcdef', '123456789abcdef0')",
  hash: "translate(hash, '0123456789abcdef', '123456789abcdef0')",
};
const PAYLOAD_COLUMNS = {
  subjects: "array['builder:other']",
  digest: "translate(digest, '0123456789abcdef', '123456789abcdef0')",
  salt: "translate(salt, '0123456789abcdef', '123456789abcdef0')",
  content: "replace(content, 'secret', 'public')",
  part: 'part + 7',
};

const place = fc.integer({ min: 1, max: LENGTH });
const two = fc.uniqueArray(place, { minLength: 2, maxLength: 2 }).map((pair) => pair.sort((a, b) => a - b));

/** Changes of the tables by hand, and which entry the check has to name. */
interface Tampering {
  what: string;
  statements: string[];
  names: number;
}

const update = (table: string, set: string, seq: number) =>
  `update audit.${table} set ${set} where tenant_id = $T and seq = ${seq}`;

const altering: fc.Arbitrary<Tampering> = fc
  .tuple(fc.constantFrom(...Object.entries(COLUMNS)), place)
  .map(([[column, value], k]) => ({
    what: `${column} of ${k} altered`,
    statements: [update('events', `${column} = ${value}`, k)],
    names: k,
  }));
const moving: fc.Arbitrary<Tampering> = place.map((k) => ({
  what: `${k} moved to another month`,
  statements: [update('events', "occurred_at = occurred_at + interval '1 year'", k)],
  names: k,
}));
const deleting: fc.Arbitrary<Tampering> = place.map((k) => ({
  what: `${k} deleted`,
  statements: [`delete from audit.events where tenant_id = $T and seq = ${k}`],
  names: k,
}));
const inserting: fc.Arbitrary<Tampering> = fc
  .tuple(place, fc.integer({ min: -1, max: LENGTH + 3 }), fc.constantFrom('-', '+'))
  .map(([source, target, sign]) => ({
    what: `copy of ${source} inserted at ${target}`,
    statements: [
      `insert into audit.events select tenant_id, ${target}, occurred_at ${sign} interval '1 second', actor_key_id,
         actor_name, acting_for, operation, subject, request_id, payload_digest, previous_hash, hash
       from audit.events where tenant_id = $T and seq = ${source}`,
    ],
    names: Math.min(target, LENGTH + 1),
  }));
const reordering: fc.Arbitrary<Tampering> = two.map(([j = 0, k = 0]) => ({
  what: `${j} and ${k} swapped`,
  statements: [
    update('events', 'seq = -1', j),
    update('events', `seq = ${j}`, k),
    update('events', `seq = ${k}`, -1),
  ],
  names: j,
}));
const touchingPayloads: fc.Arbitrary<Tampering> = fc
  .tuple(fc.constantFrom(...Object.entries(PAYLOAD_COLUMNS)), place)
  .map(([[column, value], k]) => ({
    what: `${column} of the personal data of ${k} altered`,
    statements: [`${update('payloads', `${column} = ${value}`, k)} and part = 0`],
    names: k,
  }));
const takingPayloads: fc.Arbitrary<Tampering> = place.chain((k) =>
  fc.constantFrom(
    {
      what: `personal data of ${k} deleted`,
      statements: [`delete from audit.payloads where tenant_id = $T and seq = ${k} and part = 1`],
      names: k,
    },
    {
      what: `personal data of ${k} erased without telling`,
      statements: [
        update(
          'payloads',
          `content = null, salt = null, erased_at = now(), erased_reason = 'x', erased_in = ${LENGTH}`,
          k,
        ),
      ],
      names: k,
    },
  ),
);
const swappingPayloads: fc.Arbitrary<Tampering> = two.map(([j = 0, k = 0]) => ({
  what: `personal data of ${j} and ${k} swapped`,
  statements: [
    update('payloads', 'seq = -1', j),
    update('payloads', `seq = ${j}`, k),
    update('payloads', `seq = ${k}`, -1),
  ],
  names: j,
}));
const head = (set: string) => `update audit.heads set ${set} where tenant_id = $T`;
const movingHead: fc.Arbitrary<Tampering> = fc.constantFrom(
  { what: 'head ahead', statements: [head('seq = seq + 1')], names: LENGTH + 1 },
  { what: 'head behind', statements: [head('seq = seq - 1')], names: LENGTH },
  { what: 'head of another hash', statements: [head('hash = reverse(hash)')], names: LENGTH },
  {
    what: 'head deleted',
    statements: ['delete from audit.heads where tenant_id = $T'],
    names: LENGTH,
  },
  {
    what: 'everything but the head deleted',
    statements: ['delete from audit.events where tenant_id = $T'],
    names: 1,
  },
);

describe.each(databaseKinds())('an audit trail altered by hand on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    testDatabase = await create();
    database = await testDatabase.open();
    await migrate(owner());
  });
  afterAll(async () => {
    await database.close();
    await testDatabase.remove();
  });

  const owner = () => database.system('the test tampers as the owner');

  /** A company whose trail has {@link LENGTH} entries. */
  async function chain(): Promise<string> {
    const id = uuidv7();
    await owner().insertInto('identity.tenants').values({ id, name: id }).execute();
    for (let n = 1; n <= LENGTH; n++) {
      await database.withTenant(id, (transaction) =>
        record(transaction, systemActor(id, 'test.write'), {
          subject: `thing:${n}`,
          details: [0, 1].map((part) => ({
            about: [`builder:${part}`],
            content: { secret: `secret ${n}.${part}` },
          })),
        }),
      );
    }
    return id;
  }

  async function tamper(tenantId: string, statements: string[]): Promise<void> {
    for (const statement of statements) {
      await sql.raw(statement.replaceAll('$T', `'${tenantId}'`)).execute(owner());
    }
  }

  test('is found, and the first broken link is named', async () => {
    const tamperings = fc.oneof(
      { arbitrary: altering, weight: 3 },
      moving,
      deleting,
      inserting,
      reordering,
      touchingPayloads,
      takingPayloads,
      swappingPayloads,
      movingHead,
    );
    const property = fc.asyncProperty(tamperings, async ({ what, statements, names }) => {
      const tenantId = await chain();
      expect(await verifyChain(database, tenantId)).toMatchObject({ intact: true, checked: LENGTH });
      await tamper(tenantId, statements);
      const verdict = await verifyChain(database, tenantId);
      expect({ what, intact: verdict.intact, named: verdict.firstBroken?.seq }).toEqual({
        what,
        intact: false,
        named: names,
      });
      expect(verdict.firstBroken?.reason).toMatch(/^(is|was|has|does) /);
    });
    await fc.assert(property, { numRuns: 120 });
  });

  test.each(Array.from({ length: LENGTH }, (_, index) => index + 1))(
    'is found when entry %i is altered with a hash that fits it',
    async (k) => {
      const tenantId = await chain();
      await tamper(tenantId, [update('events', "operation = 'other'", k)]);
      const forged = await database.withTenant(tenantId, (transaction) => findEvent(transaction, k));
      if (!forged) throw new Error('The entry is gone');
      const hash = hashEntry(forged.previous_hash, chainedEntry(forged));
      await tamper(tenantId, [update('events', `hash = '${hash}'`, k)]);
      const { firstBroken } = await verifyChain(database, tenantId);
      expect(firstBroken?.seq).toBe(k === LENGTH ? LENGTH : k + 1);
    },
  );

  test('is found even when all of it was rewritten, by a hash that was written down before', async () => {
    const tenantId = await chain();
    const { head: known } = await verifyChain(database, tenantId);
    await tamper(tenantId, [update('events', "operation = 'other'", 3)]);
    for (let k = 3; k <= LENGTH; k++) {
      const { before, row } = await database.withTenant(tenantId, async (transaction) => ({
        before: await findEvent(transaction, k - 1),
        row: await findEvent(transaction, k),
      }));
      if (!before || !row) throw new Error('The entry is gone');
      const hash = hashEntry(before.hash, chainedEntry(row));
      await tamper(tenantId, [
        update('events', `previous_hash = '${before.hash}', hash = '${hash}'`, k),
        head(`hash = '${hash}'`),
      ]);
    }
    expect(await verifyChain(database, tenantId)).toMatchObject({ intact: true, checked: LENGTH });
    const { firstBroken } = await verifyChain(database, tenantId, known);
    expect(firstBroken).toEqual({
      seq: LENGTH,
      reason: 'is not the entry whose hash was written down',
    });
    const cut = await verifyChain(database, tenantId, { ...known, seq: LENGTH + 1 });
    expect(cut.firstBroken?.seq).toBe(LENGTH + 1);
  });

  test('does not show in the trail of another company', async () => {
    const [ours, theirs] = [await chain(), await chain()];
    await tamper(theirs, [update('events', "operation = 'other'", 2)]);
    expect((await verifyChain(database, theirs)).intact).toBe(false);
    expect(await verifyChain(database, ours)).toMatchObject({ intact: true, checked: LENGTH });
  });

  test('is not mistaken for one that is written to while it is checked', async () => {
    const tenantId = await chain();
    const write = () =>
      database.withTenant(tenantId, (transaction) =>
        record(transaction, systemActor(tenantId, 'test.write'), { subject: 'thing', details: [] }),
      );
    const writes = Array.from({ length: 40 }, write);
    const verdicts = await Promise.all(Array.from({ length: 10 }, () => verifyChain(database, tenantId)));
    await Promise.all(writes);
    expect(verdicts.filter(({ intact }) => !intact)).toEqual([]);
    expect(await verifyChain(database, tenantId)).toMatchObject({ intact: true, checked: LENGTH + 40 });
  });
});
