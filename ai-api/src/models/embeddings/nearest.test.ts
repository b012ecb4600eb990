import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { databaseKinds, type TestDatabase } from '../../../test/databases.ts';
import { ensureTenant } from '../../modules/shared/identity/index.ts';
import type { Database } from '../../platform/database/index.ts';
import { migrate } from '../../platform/database/migrate.ts';
import { findSpaces, insertSpace, type SpaceRecord, saveVectors } from './collection-store.ts';
import {
  nearestByIndex,
  nearestOfAll,
  similaritiesOf,
  type VectorFeatures,
  vectorFeatures,
} from './nearest-store.ts';
import { createVectorMemory, type Near } from './vector-memory.ts';
import { normalize } from './vectorizer.ts';

const DIMENSIONS = 100;
const BIG = 3_000;
const SMALL = 25;

/** Numbers that are the same in each run. */
function createNumbers(seed: number) {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31 - 0.5;
  };
}

describe.each(databaseKinds())('the nearest vectors on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let database: Database;
  let features: VectorFeatures;
  const companies: { tenantId: string; space: SpaceRecord }[] = [];
  const numbers = createNumbers(7);
  const vector = () => normalize(Float32Array.from({ length: DIMENSIONS }, numbers));
  const [asked, other] = [vector(), vector()];

  beforeAll(async () => {
    testDatabase = await create();
    database = await testDatabase.open();
    await migrate(database.system('the test migrates'));
    for (const [index, size] of [BIG, SMALL].entries()) {
      const tenantId = await ensureTenant(database, `Company ${index}`, 'enterprise');
      const id = `019b0000-0000-7000-8000-00000000000${index}`;
      const space = await database.withTenant(tenantId, async (transaction) => {
        const place = { provider: 'static', model: 'test', dimensions: DIMENSIONS } as const;
        await insertSpace(transaction, id, 'policies', place, 'active');
        return (await findSpaces(transaction, 'policies'))[0] as SpaceRecord;
      });
      const rows = Array.from({ length: size }, (_, item) => ({
        id: `${index}-${item}`,
        hash: '',
        vector: [...vector()],
      }));
      await database.withTenant(tenantId, (transaction) => saveVectors(transaction, space, rows, true));
      companies.push({ tenantId, space });
    }
    const [first] = companies;
    features = await database.withTenant(first?.tenantId ?? '', vectorFeatures);
  });
  afterAll(async () => {
    await database.close();
    await testDatabase.remove();
  });

  const company = (index: number) => companies[index] as (typeof companies)[number];
  const near = (found: readonly Near[]) =>
    found.map(({ id, similarity }) => ({ id, similarity: expect.closeTo(similarity, 4) }));

  test('are the same by pgvector, by plain SQL and in memory', async () => {
    const { tenantId, space } = company(0);
    const plain = await database.withTenant(tenantId, (transaction) =>
      nearestOfAll(transaction, space, asked, 10, { ...features, pgvector: false }),
    );
    expect(plain).toHaveLength(10);
    const table = await createVectorMemory(database).open(tenantId, space);
    expect(table?.nearest(asked, 10)).toEqual(near(plain));
    expect(table?.similarity(asked, plain[3]?.id ?? '')).toBeCloseTo(plain[3]?.similarity ?? 1, 4);
    expect(table?.similarity(asked, 'nobody')).toBeNull();
    const [byPgvector, known] = await database.withTenant(tenantId, async (transaction) => [
      await nearestOfAll(transaction, space, asked, 10, features),
      await similaritiesOf(transaction, space, asked, [plain[3]?.id ?? '', 'nobody'], features),
    ]);
    expect(byPgvector).toEqual(near(plain));
    expect(known).toEqual(near(plain.slice(3, 4)));
  });

  test('are only those of the company, and all that were asked for, also of one with few among many', async ({
    skip,
  }) => {
    skip(!features.indexed.includes(DIMENSIONS), 'no server with pgvector 0.8 or later');
    const { tenantId, space } = company(1);
    for (const vector of [asked, other]) {
      const [byIndex, exact] = await database.withTenant(tenantId, async (transaction) => {
        // So small a table is not worth an index to the planner.
        await sql`select set_config('enable_seqscan', 'off', true), set_config('enable_sort', 'off', true)`.execute(
          transaction,
        );
        return [
          await nearestByIndex(transaction, space, vector, 10),
          await nearestOfAll(transaction, space, vector, 10, features),
        ];
      });
      expect(byIndex).toHaveLength(10);
      expect(byIndex.every(({ id }) => id.startsWith('1-'))).toBe(true);
      // The index may miss one; the first ones it must not.
      expect(byIndex.slice(0, 3)).toEqual(near(exact.slice(0, 3)));
    }
  });

  test('in memory are those of the last revision, and none of what has no room', async () => {
    const { tenantId, space } = company(1);
    const memory = createVectorMemory(database);
    const before = await memory.open(tenantId, space);
    expect(await memory.open(tenantId, space)).toBe(before);
    const row = { id: 'new', hash: '', vector: [...asked] };
    const changed = await database.withTenant(tenantId, async (transaction) => {
      await saveVectors(transaction, space, [row], true);
      return (await findSpaces(transaction, 'policies'))[0] as SpaceRecord;
    });
    const after = await memory.open(tenantId, changed);
    expect(after?.nearest(asked, 1)).toEqual([{ id: 'new', similarity: expect.closeTo(1, 4) }]);
    expect(before?.similarity(asked, 'new')).toBeNull();
    expect(await createVectorMemory(database, DIMENSIONS * SMALL).open(tenantId, changed)).toBeNull();
    // Of one company nothing is read in the name of another.
    const foreign = await createVectorMemory(database).open(company(0).tenantId, changed);
    expect(foreign?.nearest(asked, 5)).toEqual([]);
  });
});
