import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { databaseKinds, type TestDatabase } from '../../../test/databases.ts';
import type { Database } from '../database/index.ts';
import { literal, wholeAddress } from './address.ts';

describe.each(databaseKinds())('an e-mail address in $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    testDatabase = await create();
    database = await testDatabase.open();
  });
  afterAll(async () => {
    await database.close();
    await testDatabase.remove();
  });

  /** The text without the address, and whether a path in JSON finds it. */
  async function found(text: string, email: string) {
    const pattern = wholeAddress(email);
    const path = `$.** ? (@ like_regex ${JSON.stringify(pattern)} flag "i")`;
    const { rows } = await sql<{ replaced: string; exists: boolean }>`
      select regexp_replace(${text}, ${pattern}, '-', 'gi') as replaced,
        jsonb_path_exists(to_jsonb(${text}::text), ${path}::jsonpath) as exists`.execute(
      database.system('the test asks how expressions match'),
    );
    return rows[0];
  }

  test.each([
    ['Ann@Example.com', '-'],
    ['ann@example.com, then <ann@example.com>', '-, then <->'],
    ['ask ann@example.com.', 'ask -.'],
    ['ann@example.com ann@example.com', '- -'],
    ['(ann@example.com)', '(-)'],
  ])('is found in %j', async (text, replaced) => {
    expect(await found(text, 'ann@example.com')).toEqual({ replaced, exists: true });
  });

  test.each([
    'joann@example.com',
    'jo.ann@example.com',
    'jo+ann@example.com',
    "o'ann@example.com",
    'ann@example.com.au',
    'ann@example.community',
    'ann@example.com-pany.org',
    'ann@exampleXcom',
  ])('is no part of %s', async (text) => {
    expect(await found(text, 'ann@example.com')).toEqual({ replaced: text, exists: false });
  });

  test.each([
    'a+b@example.com',
    'a$b@example.com',
    "o'neil@example.com",
    'a{2}|b@example.com',
    'a\\b@example.com',
  ])('with characters of expressions, such as %s, means them alone', async (email) => {
    expect(await found(`to ${email}`, email)).toEqual({ replaced: 'to -', exists: true });
  });
});

test('letters and digits of any script remain as they are', () => {
  expect(literal('ä1.b_c@ж')).toBe('ä1\\.b_c@ж');
});
