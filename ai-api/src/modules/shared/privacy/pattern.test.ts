import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../../test/databases.ts';
import type { Database } from '../../../platform/database/index.ts';
import { patternsOf } from './engine/pattern.ts';

const PERSON = { emails: ['quill.marrow@sample.example'], names: ['Quill Marrow', "Zoë O'Dowd", 'Ruth'] };

describe('the patterns of a person', () => {
  let testDatabase: TestDatabase;
  let database: Database;
  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    database = await testDatabase.open();
  });
  afterAll(async () => {
    await database?.close();
    await testDatabase?.remove();
  });

  /** The text after an erasure, as PostgreSQL replaces it. */
  async function replaced(text: string, person = PERSON): Promise<string> {
    const { email, name } = patternsOf(person);
    const { rows } = await sql<{ text: string }>`
      select regexp_replace(regexp_replace(${text}::text, ${email}, '\\1#', 'gi'), ${name}, '\\1#', 'gi') as text`.execute(
      database.system('the test replaces texts'),
    );
    return rows[0]?.text ?? '';
  }

  test.each([
    ['Ask Quill Marrow.', 'Ask #.'],
    ['quill   marrow, Marrow, Quill', '#, #'],
    ['QUILL\nMARROW and Quill Marrow Quill Marrow', '# and # #'],
    ['mailto:Quill.Marrow@Sample.example?x=1', 'mailto:#?x=1'],
    ['?to=quill.marrow%40sample.example&x', '?to=#&x'],
    ['<quill.marrow@sample.example>', '<#>'],
    ["Zoë O'Dowd’s week", '#’s week'],
    ['{"note":"line\\nQuill Marrow"}', '{"note":"line\\n#"}'],
  ])('find %j', async (text, expected) => {
    expect(await replaced(text)).toBe(expected);
  });

  test.each([
    'Quill Marrowby',
    'Tranquill Marrow',
    'x.quill.marrow@sample.example',
    'quill.marrow@sample.example.au',
    'The truth about Ruth',
    'Quill, and marrow',
  ])('leave %j alone', async (text) => {
    expect(await replaced(text)).toBe(text);
  });

  test.each([
    ['Call +47 400 00 098.', 'Call #.'],
    ['+4740000098', '#'],
    ['?to=%2B4740000098&x', '?to=#&x'],
    ['{"note":"line\\n+47-400-00-098"}', '{"note":"line\\n#"}'],
    ['+47400000981', '+47400000981'],
    ['14740000098', '14740000098'],
    ['1e+4740000098', '1e+4740000098'],
  ])('find a number in %j', async (text, expected) => {
    const { phone } = patternsOf({ emails: [], names: [], phones: ['+4740000098'] });
    const { rows } = await sql<{ text: string }>`
      select regexp_replace(${text}::text, ${phone}, '\\1#', 'gi') as text`.execute(
      database.system('the test replaces texts'),
    );
    expect(rows[0]?.text).toBe(expected);
  });

  test('find any name and address in JSON, and leave JSON behind', async () => {
    const word = fc.string({ unit: fc.constantFrom(...`abzéßñ'"\\.-`), minLength: 1, maxLength: 6 });
    const letter = fc.constantFrom('a', 'é', 'z');
    const named = fc.tuple(letter, word, letter).map((parts) => parts.join(''));
    const around = fc.string({ unit: fc.constantFrom('x', ' ', '\n', '"', '\\', '{', ','), maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(named, named, around, around, async (first, last, before, after) => {
        const name = `${first} ${last}`;
        const json = JSON.stringify({ note: `${before} ${name} ${after}` });
        const text = await replaced(json, { emails: ['a@b.example'], names: [name] });
        expect(JSON.parse(text)).toEqual({ note: `${before} # ${after}` });
      }),
      { numRuns: 100 },
    );
  });
});
