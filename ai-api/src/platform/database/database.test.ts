import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { databaseKinds, type TestDatabase } from '../../../test/databases.ts';
import type { Database, TenantTransaction } from './index.ts';
import { migrate } from './migrate.ts';
import { refreshStatistics } from './statistics.ts';

describe.each(databaseKinds())('the database on $name', ({ createEmpty }) => {
  let testDatabase: TestDatabase;
  let database: Database;
  const ours = uuidv7();
  const theirs = uuidv7();

  beforeAll(async () => {
    testDatabase = await createEmpty();
    database = await testDatabase.open();
    await migrate(database.system('test'));
    await database
      .system('test')
      .insertInto('identity.tenants')
      .values([
        { id: ours, name: 'Ours' },
        { id: theirs, name: 'Theirs' },
      ])
      .execute();
  });
  afterAll(async () => {
    await database.close();
    await testDatabase.remove();
  });

  const endpoint = (url: string) => ({ id: uuidv7(), url, events: ['a'], secret: 's' });

  test('migrating again changes nothing', async () => {
    expect(await migrate(database.system('test'))).toEqual([]);
  });

  test('a tenant sees, changes and deletes its own rows only', async () => {
    await database.withTenant(ours, (transaction) =>
      transaction.insertInto('events.endpoints').values(endpoint('http://ours')).execute(),
    );
    await database.withTenant(theirs, async (transaction) => {
      expect(await transaction.selectFrom('events.endpoints').selectAll().execute()).toEqual([]);
      const updated = await transaction
        .updateTable('events.endpoints')
        .set({ url: 'http://stolen' })
        .executeTakeFirst();
      expect(updated.numUpdatedRows).toBe(0n);
      const deleted = await transaction.deleteFrom('events.endpoints').executeTakeFirst();
      expect(deleted.numDeletedRows).toBe(0n);
    });
    const kept = await database.withTenant(ours, (transaction) =>
      transaction.selectFrom('events.endpoints').select('url').execute(),
    );
    expect(kept).toEqual([{ url: 'http://ours' }]);
  });

  test('a row cannot be written for another tenant', async () => {
    const forged = database.withTenant(ours, (transaction) =>
      sql`insert into events.endpoints (id, tenant_id, url, events, secret)
          values (${uuidv7()}, ${theirs}, 'http://forged', '{}', 's')`.execute(transaction),
    );
    await expect(forged).rejects.toThrow(/row-level security/);
  });

  test('a rejected transaction leaves nothing behind', async () => {
    const failing = database.withTenant(ours, async (transaction) => {
      await transaction.insertInto('events.endpoints').values(endpoint('http://rolled-back')).execute();
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    const found = await database.withTenant(ours, (transaction) =>
      transaction
        .selectFrom('events.endpoints')
        .select('id')
        .where('url', '=', 'http://rolled-back')
        .execute(),
    );
    expect(found).toEqual([]);
  });

  test('a snapshot shows what was there before it, whatever is committed meanwhile', async () => {
    // The embedded database has one connection, on which nothing is committed meanwhile.
    if (database.driver === 'pglite') return;
    const urls = (transaction: TenantTransaction) =>
      transaction
        .selectFrom('events.endpoints')
        .select('url')
        .where('url', '=', 'http://meanwhile')
        .execute();
    const meanwhile = () =>
      database.withTenant(ours, (transaction) =>
        transaction.insertInto('events.endpoints').values(endpoint('http://meanwhile')).execute(),
      );
    const seen = await database.withTenant(
      ours,
      async (transaction) => {
        const before = await urls(transaction);
        await meanwhile();
        return [before, await urls(transaction)];
      },
      { snapshot: true },
    );
    expect(seen).toEqual([[], []]);
    expect(await database.withTenant(ours, urls)).toEqual([{ url: 'http://meanwhile' }]);
  });

  test('statistics are read of a table that has grown, where no autovacuum does it', async () => {
    if (database.driver === 'postgres') return;
    const owner = database.system('test');
    await sql`insert into events.endpoints (id, tenant_id, url, events, secret)
      select gen_random_uuid(), ${ours}, 'http://many/' || number, '{a}', 's' from generate_series(1, 2000) as number`.execute(
      owner,
    );
    await refreshStatistics(database);
    const { rows } = await sql<{ rows: number }>`
      select reltuples::integer as rows from pg_class where oid = 'events.endpoints'::regclass`.execute(
      owner,
    );
    expect(rows[0]?.rows).toBeGreaterThanOrEqual(2000);
  });

  test('transactions of two tenants at the same time do not mix', async () => {
    const seen = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        database.withTenant(index % 2 === 0 ? ours : theirs, async (transaction) => {
          const before = await sql<{ tenant: string }>`select platform.current_tenant() as tenant`.execute(
            transaction,
          );
          await sql`select 1`.execute(transaction);
          const after = await sql<{ tenant: string }>`select platform.current_tenant() as tenant`.execute(
            transaction,
          );
          return [before.rows[0]?.tenant, after.rows[0]?.tenant];
        }),
      ),
    );
    for (const [index, tenants] of seen.entries()) {
      const expected = index % 2 === 0 ? ours : theirs;
      expect(tenants).toEqual([expected, expected]);
    }
  });

  test('every table with tenant data forces row level security', async () => {
    const unprotected = await sql<{ name: string }>`
      select n.nspname || '.' || c.relname as name
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p') and n.nspname not in ('jobs', 'information_schema') and n.nspname !~ '^pg_'
        and (c.oid in ('identity.tenants'::regclass, 'licences.signing_keys'::regclass)
          or exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id'))
        and not (c.relrowsecurity and c.relforcerowsecurity
          and exists (select from pg_policy p where p.polrelid = c.oid and p.polname = 'tenant_isolation'))`.execute(
      database.system('test'),
    );
    expect(unprotected.rows).toEqual([]);
  });

  test('values come back with the same types from both drivers', async () => {
    const { rows } = await sql`
      select 9007199254740991::bigint as "big", 0.5::double precision as "real", '2026-02-28'::date as "day",
        '2026-02-28T12:00:00Z'::timestamptz as "instant", '{"a":[1]}'::jsonb as "json", array['x','y'] as "list",
        count(*) as "count"`.execute(database.system('test'));
    expect(rows).toEqual([
      {
        big: 9007199254740991,
        real: 0.5,
        day: '2026-02-28',
        instant: new Date('2026-02-28T12:00:00Z'),
        json: { a: [1] },
        list: ['x', 'y'],
        count: 1,
      },
    ]);
  });
});
