import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { databaseKinds, type TestDatabase } from '../../../test/databases.ts';
import { ensureTenant } from '../../modules/shared/identity/index.ts';
import type { Database, TenantTransaction } from '../../platform/database/index.ts';
import { migrate } from '../../platform/database/migrate.ts';
import { findSpaces, insertSpace, type SpaceRecord, saveVectors } from './collection-store.ts';
import { nearestByIndex, nearestItems, nearestOfAll, similaritiesOf } from './nearest-store.ts';
import { prepareVectors, type Vectors } from './pgvector.ts';
import { normalize } from './vectorizer.ts';

const DIMENSIONS = 100;
const OTHER_DIMENSIONS = 64;
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

interface Company {
  tenantId: string;
  space: SpaceRecord;
  rows: { id: string; hash: string; vector: Float32Array }[];
}

describe.each(databaseKinds())('the nearest vectors on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let database: Database;
  let vectors: Vectors;
  const companies: Company[] = [];
  const numbers = createNumbers(7);
  const vector = () => normalize(Float32Array.from({ length: DIMENSIONS }, numbers));
  const [asked, other] = [vector(), vector()];

  beforeAll(async () => {
    testDatabase = await create();
    database = await testDatabase.open();
    await migrate(database.system('the test migrates'));
    vectors = await prepareVectors(database, OTHER_DIMENSIONS);
    if (vectors.engine === 'none') return;
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
        vector: vector(),
      }));
      await database.withTenant(tenantId, (transaction) => saveVectors(transaction, space, rows, true));
      companies.push({ tenantId, space, rows });
    }
    // Another size is configured: the index is made at the next start, over what is there.
    vectors = await prepareVectors(database, DIMENSIONS);
  });
  afterAll(async () => {
    await database.close();
    await testDatabase.remove();
  });

  const company = (index: number) => companies[index] as Company;
  const within = <T>({ tenantId }: Company, work: (transaction: TenantTransaction) => Promise<T>) =>
    database.withTenant(tenantId, work);
  /** What arithmetic gives. */
  const expected = ({ rows }: Company, to: Float32Array, limit: number) =>
    rows
      .map(({ id, vector }) => ({ id, similarity: vector.reduce((sum, x, i) => sum + x * (to[i] ?? 0), 0) }))
      .toSorted((a, b) => b.similarity - a.similarity)
      .slice(0, limit)
      .map(({ id, similarity }) => ({ id, similarity: expect.closeTo(similarity, 4) }));

  test('are those with the highest cosine, and none that has no direction', async ({ skip }) => {
    skip(vectors.engine === 'none', 'a server without pgvector');
    const { space } = company(0);
    const exact = expected(company(0), asked, 10);
    const fifth = exact[4];
    expect(await within(company(0), (transaction) => nearestOfAll(transaction, space, asked, 10))).toEqual(
      exact,
    );
    const ids = [fifth?.id ?? '', 'nobody'];
    expect(await within(company(0), (transaction) => similaritiesOf(transaction, space, asked, ids))).toEqual(
      [fifth],
    );
    const found = await within(company(1), async (transaction) => {
      const empty = [{ id: 'empty', hash: '', vector: new Float32Array(DIMENSIONS) }];
      await saveVectors(transaction, company(1).space, empty, true);
      return nearestOfAll(transaction, company(1).space, asked, SMALL + 1);
    });
    expect(found).toEqual(expected(company(1), asked, SMALL));
  });

  test('are only those of the company', async ({ skip }) => {
    skip(vectors.engine === 'none', 'a server without pgvector');
    const foreign = await within(company(0), (transaction) =>
      nearestOfAll(transaction, company(1).space, asked, 5),
    );
    expect(foreign).toEqual([]);
  });

  test('by the index are all that were asked for, also of a company with few among many', async ({
    skip,
  }) => {
    const hasIndex = vectors.engine === 'pgvector' && database.driver === 'postgres';
    skip(!hasIndex, 'no server with pgvector');
    const { space } = company(1);
    const { rows } = await sql<{ definition: string }>`
      select indexdef as definition from pg_indexes where indexname = ${`embeddings_cosine_${DIMENSIONS}`}`.execute(
      database.system('the test looks at the index'),
    );
    expect(rows[0]?.definition).toMatch(/hnsw .*vector_cosine_ops.*m='64', ef_construction='128'/);
    for (const to of [asked, other]) {
      const byIndex = await within(company(1), async (transaction) => {
        // So small a table is not worth an index to the planner.
        await sql`select set_config('enable_seqscan', 'off', true), set_config('enable_sort', 'off', true)`.execute(
          transaction,
        );
        return nearestByIndex(transaction, space, to, 10);
      });
      expect(byIndex).toHaveLength(10);
      // The index may miss one; the first ones it must not.
      expect(byIndex.slice(0, 3)).toEqual(expected(company(1), to, 3));
    }
    const large = await within(company(0), (transaction) =>
      nearestItems(transaction, company(0).space, asked, 10, true),
    );
    expect(large.slice(0, 3)).toEqual(expected(company(0), asked, 3));
  });
});
