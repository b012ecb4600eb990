import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { databaseKinds, type TestDatabase } from '../../../test/databases.ts';
import { ensureTenant } from '../../modules/shared/identity/index.ts';
import { createDatabase, type Database } from '../../platform/database/index.ts';
import { migrate } from '../../platform/database/migrate.ts';
import { openPostgres } from '../../platform/database/postgres.ts';
import { findSpaces, insertSpace } from './collection-store.ts';
import { nearestOfAll } from './nearest-store.ts';
import { prepareVectors, VectorsMissing } from './pgvector.ts';

const SPACE_ID = '019b0000-0000-7000-8000-000000000001';
const SPACE = { provider: 'static', model: 'test', dimensions: 3 } as const;

describe.each(databaseKinds())('pgvector on $name', ({ createEmpty }) => {
  let home: TestDatabase;
  let database: Database;
  let tenantId: string;

  // The tests go through the life of one database.
  beforeAll(async () => {
    home = await createEmpty();
    database = await home.open();
    await migrate(database.system('the test migrates'));
    tenantId = await ensureTenant(database, 'Test', 'enterprise');
    await database.withTenant(tenantId, (transaction) =>
      insertSpace(transaction, SPACE_ID, 'policies', SPACE, 'active'),
    );
  });
  afterAll(async () => {
    await database.close();
    await home.remove();
  });

  const owner = () => database.system('the test looks at the schema');
  const isAvailable = async () => {
    const { rows } = await sql`select from pg_available_extensions where name = 'vector'`.execute(owner());
    return rows.length > 0;
  };
  const typeOfColumn = async () => {
    const { rows } = await sql<{ type: string }>`
      select udt_name as type from information_schema.columns
      where table_schema = 'models' and table_name = 'embeddings' and column_name = 'vector'`.execute(
      owner(),
    );
    return rows[0]?.type;
  };
  /** As rows were written before pgvector was asked for. */
  const insertArray = () =>
    database.withTenant(tenantId, (transaction) =>
      sql`
        insert into models.embeddings (space_id, item_id, provider, model, dimensions, content_hash, vector)
        values (${SPACE_ID}, 'old', 'static', 'test', 3, '', '{0.6,0,0.8}')`.execute(transaction),
    );
  const nearest = () =>
    database.withTenant(tenantId, async (transaction) => {
      const [space] = await findSpaces(transaction, 'policies');
      return space ? nearestOfAll(transaction, space, Float32Array.of(1, 0, 0), 5) : [];
    });

  test('is taken into use at a start, as often as that comes, and vectors of before are kept', async ({
    skip,
  }) => {
    skip(!(await isAvailable()), 'a server without pgvector');
    await insertArray();
    for (let start = 0; start < 2; start++)
      expect(await prepareVectors(database, 3)).toEqual({ engine: 'pgvector', reason: null });
    expect(await typeOfColumn()).toBe('vector');
    expect(await nearest()).toEqual([{ id: 'old', similarity: expect.closeTo(0.6, 5) }]);
  });

  test('that was dropped with its vectors is taken into use anew, and collections are incomplete', async ({
    skip,
  }) => {
    skip(!(await isAvailable()), 'a server without pgvector');
    await prepareVectors(database, 3);
    await sql`drop extension vector cascade`.execute(owner());
    expect(await typeOfColumn()).toBeUndefined();
    expect((await prepareVectors(database, 3)).engine).toBe('pgvector');
    const [space] = await database.withTenant(tenantId, (transaction) => findSpaces(transaction, 'policies'));
    expect(space?.state).toBe('building');
    expect(await nearest()).toEqual([]);
  });

  test('that is too old is not used, and the reason says what to do', async ({ skip }) => {
    skip(!(await isAvailable()), 'a server without pgvector');
    await sql`create extension if not exists vector`.execute(owner());
    const { rows } = await sql<{ version: string }>`
      select extversion as version from pg_extension where extname = 'vector'`.execute(owner());
    const setVersion = (version: string | undefined) =>
      sql`update pg_extension set extversion = ${version} where extname = 'vector'`.execute(owner());
    await setVersion('0.7.4');
    const { engine, reason } = await prepareVectors(database, 3);
    expect({ engine, reason }).toEqual({
      engine: 'none',
      reason: expect.stringMatching(/pgvector 0\.7\.4.*alter extension vector update/),
    });
    await expect(prepareVectors(database, 3, true)).rejects.toThrow(VectorsMissing);
    await setVersion(rows[0]?.version);
  });

  test('that a role may not create is asked for', async ({ skip }) => {
    skip(database.driver !== 'postgres' || !(await isAvailable()), 'no server with pgvector');
    await sql`drop extension vector cascade`.execute(owner());
    const url = new URL(home.env.DATABASE_URL ?? '');
    const role = sql.ref(`limited_${url.pathname.slice(1)}`);
    await sql`create role ${role} login`.execute(owner());
    url.username = `limited_${url.pathname.slice(1)}`;
    const limited = createDatabase(openPostgres(url.href, 2, () => {}));
    try {
      expect(await prepareVectors(limited, 3)).toEqual({
        engine: 'none',
        reason: expect.stringContaining('as an administrator'),
      });
    } finally {
      await limited.close();
      await sql`drop role ${role}`.execute(owner());
    }
    expect((await prepareVectors(database, 3)).engine).toBe('pgvector');
  });

  test('that is missing is reported with what to do', async ({ skip }) => {
    skip(await isAvailable(), 'a database with pgvector');
    await insertArray();
    expect(await prepareVectors(database, 3)).toEqual({
      engine: 'none',
      reason: expect.stringContaining('Install pgvector'),
    });
    await expect(prepareVectors(database, 3, true)).rejects.toThrow(
      /^pgvector is required in production\. The PostgreSQL server does not have/,
    );
    expect(await typeOfColumn()).toBe('_float4');
  });
});
