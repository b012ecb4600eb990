import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../../../test/databases.ts';
import type { Database } from '../../../../platform/database/index.ts';
import type { PersonalTable } from '../../../../platform/personal-data.ts';
import { rowsOf } from './matching.ts';
import { knownAs, person } from './person.ts';

const PERSON = person.parse({
  subjects: ['builder:b-9', 'email:Quill@Sample.example'],
  ids: ['b-9'],
  emails: ['quill@sample.example'],
  names: ['Quill Marrow'],
  phones: ['+4740000099'],
});

describe('rows about a person', () => {
  let testDatabase: TestDatabase;
  let database: Database;
  const system = () => database.system('the test makes a table');

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    database = await testDatabase.open();
    await sql`create table people.sample (who text, whom text[], facts jsonb)`.execute(system());
  });
  afterAll(async () => {
    await database?.close();
    await testDatabase?.remove();
  });

  /** Whether a row of these columns is found. */
  async function isFound(row: { who?: string; whom?: string[]; facts?: object }, of: string) {
    const table: PersonalTable = { table: 'people.sample', of: [of] };
    const where = rowsOf(table, new Map([[table.table, table]]), knownAs(PERSON));
    await sql`delete from people.sample`.execute(system());
    await sql`
      insert into people.sample (who, whom, facts)
      values (${row.who ?? null}, ${row.whom ?? null}::text[], ${JSON.stringify(row.facts ?? null)}::jsonb)`.execute(
      system(),
    );
    const { rows } = await sql`select 1 from people.sample as t where ${where}`.execute(system());
    return rows.length > 0;
  }

  test.each([
    ['b-9', true],
    ['B-9', false],
    ['builder:b-9', true],
    ['builder:B-9', false],
    ['QUILL@sample.example', true],
    ['+4740000099', true],
    ['0192-key for b-9', true],
    ['0192-key for B-9', false],
    ['waits for the b-9', false],
    ['b-99', false],
  ])('have %j in a column: %j', async (who, expected) => {
    expect(await isFound({ who }, 'who')).toBe(expected);
  });

  test.each([
    [['x', 'builder:b-9'], true],
    [['x', 'builder:B-9'], false],
    [['Quill@Sample.Example'], true],
  ])('have %j in an array: %j', async (whom, expected) => {
    expect(await isFound({ whom }, 'whom[]')).toBe(expected);
  });

  test.each([
    [{ builderId: 'b-9' }, true],
    [{ builder_id: 'b-9' }, true],
    [{ nested: [{ actingFor: 'b-9' }] }, true],
    [{ owner: '0192-key for b-9' }, true],
    [{ builderId: 'B-9' }, false],
    [{ projectId: 'b-9' }, false],
    [{ list: ['builder:b-9'] }, true],
    [{ mail: 'Quill@sample.example' }, true],
    [{ note: 'about b-9' }, false],
  ])('have %j in JSON: %j', async (facts, expected) => {
    expect(await isFound({ facts }, 'facts{}')).toBe(expected);
  });
});
