import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testEnvironment } from '../../../test/api.ts';
import { databaseKinds, type TestDatabase } from '../../../test/databases.ts';
import { openDatabase } from '../../composition/database.ts';
import { readConfig } from '../../config/index.ts';
import { createLog } from '../log.ts';

const TENANT = '01900000-0000-7000-8000-000000000001';

describe.each(databaseKinds())('the check of the region on $name', ({ create }) => {
  let testDatabase: TestDatabase;

  beforeAll(async () => {
    testDatabase = await create();
  });
  afterAll(() => testDatabase.remove());

  /** How many statements a transaction with one of its own takes. */
  async function statements(env: Record<string, string>): Promise<number> {
    let count = 0;
    const config = readConfig(testEnvironment(testDatabase, env));
    const database = await openDatabase(config, createLog('silent'), () => {
      count++;
    });
    try {
      const before = count;
      await database.withTenant(TENANT, (transaction) => sql`select 1`.execute(transaction));
      return count - before;
    } finally {
      await database.close();
    }
  }

  test('costs no statement: it is part of the one that opens a transaction', async () => {
    const unchecked = await statements({});
    expect(unchecked).toBeGreaterThan(0);
    expect(await statements({ DATA_REGION: 'eu-west-1' })).toBe(unchecked);
  });
});
