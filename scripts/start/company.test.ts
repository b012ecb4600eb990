import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readSourceTables } from '../../examples/source-tables.ts';
import { chooseCompany, companyName, keepCompany, readCompany, SAMPLE, writeSourceFiles } from './company.ts';

const home = mkdtempSync(join(tmpdir(), 'company-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** A copy of the sample with one file changed. */
function companyWith(name: string, file: string, change: (text: string) => string): string {
  const directory = join(home, name);
  cpSync(SAMPLE, directory, { recursive: true });
  writeFileSync(join(directory, file), change(readFileSync(join(directory, file), 'utf8')));
  return directory;
}

function dataFolder(name: string): string {
  const directory = join(home, name);
  mkdirSync(directory);
  return directory;
}

test('an empty data folder takes the sample, and one with a company continues with it', () => {
  const folder = dataFolder('data-1');
  expect(chooseCompany(null, folder)).toBe(SAMPLE);
  keepCompany(folder, { directory: '/srv/ours', isSeeded: false });
  expect(chooseCompany(null, folder)).toBe('/srv/ours');
  expect(chooseCompany('/srv/ours', folder)).toBe('/srv/ours');
});

test('a second company is refused with both ways out', () => {
  const folder = dataFolder('data-2');
  keepCompany(folder, { directory: '/srv/ours', isSeeded: false });
  const choose = () => chooseCompany(SAMPLE, folder);
  expect(choose).toThrow('holds the company of /srv/ours, and companies do not mix');
  expect(choose).toThrow('npm run reset');
  expect(choose).toThrow('DATA_DIR=.data-2 npm start -- --sample');
});

test('every wrong cell is named at once', () => {
  const directory = companyWith('wrong', 'builders.csv', (text) =>
    text.replaceAll(',active,', ',working,').replace('b-0001,Quill Marrow', 'b-0001,'),
  );
  const read = () => readCompany(directory);
  expect(read).toThrow('builders.csv, row 2, column name: must not be empty');
  expect(read).toThrow('builders.csv, row 3, column status: "working" must be one of active, on_leave, left');
  expect(read).toThrow(/and \d+ more\n/);
});

test.each([
  ['Windows-1252', 'windows-1252', Buffer.from('Jörg', 'latin1')],
  ['Mac Roman', 'macintosh', Buffer.from('J\x9arg', 'latin1')],
  ['UTF-16 without a mark', 'utf-16le', Buffer.from('Jörg', 'utf16le')],
])(
  'a file in %s is refused with its name and the cure, and read in the encoding that is named',
  (seems, name, bytes) => {
    const directory = companyWith(name, 'builders.csv', (text) => text);
    const file = join(directory, 'builders.csv');
    const [before = '', after = ''] = readFileSync(file, 'utf8').split('Quill');
    const encode = (text: string) => Buffer.from(text, name === 'utf-16le' ? 'utf16le' : 'latin1');
    writeFileSync(file, Buffer.concat([encode(before), bytes, encode(after)]));
    expect(() => readCompany(directory)).toThrow(`${file} is not UTF-8: `);
    expect(() => readCompany(directory)).toThrow(seems.replace(' without a mark', ''));
    expect(() => readCompany(directory)).toThrow(
      'Save it as "CSV UTF-8" and try again, or name its encoding',
    );
    expect(readCompany(directory, name as 'macintosh').parsed.builders.rows[0]?.row.name).toBe('Jörg Marrow');
  },
);

test('a file with one bad byte is refused, and with a byte order mark UTF-16 is read', () => {
  const directory = companyWith('mixed', 'builders.csv', (text) => text.replace('Quill', 'Jörg'));
  const file = join(directory, 'builders.csv');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, Buffer.concat([Buffer.from(text), Buffer.from([0xe9])]));
  expect(() => readCompany(directory)).toThrow(/byte 0xE9 on line \d+; the letters before it are UTF-8/);
  writeFileSync(file, Buffer.from(`\ufeff${text}`, 'utf16le'));
  expect(readCompany(directory).parsed.builders.rows[0]?.row.name).toBe('Jörg Marrow');
});

test('the sample has a name of its own, which a folder keeps; one of an earlier version keeps its own', () => {
  const folder = (name: string) => join(home, name);
  expect(companyName(folder('sample'), true, undefined)).toBe('Brindlewick Works');
  expect(companyName(folder('unnamed'), false, undefined)).toBe('default');
  for (const wanted of ['Ours', undefined, 'Theirs'])
    expect(companyName(folder('own'), false, wanted)).toBe('Ours');
  for (const name of ['sample', 'earlier'])
    mkdirSync(join(folder(name), 'api', 'pglite'), { recursive: true });
  expect(companyName(folder('sample'), true, undefined)).toBe('Brindlewick Works');
  expect(companyName(folder('earlier'), true, undefined)).toBe('default');
});

test('files with semicolons answer as the simulated sources do', () => {
  const directory = companyWith('semicolons', 'metrics.csv', (text) => {
    const [, ...rows] = text.trim().split('\n').slice(0, 3);
    const cells = rows.map((row) => row.split(',').slice(0, 8).join(';').replaceAll('.', ','));
    return [
      'Employee ID;Week;Hours;Active days;brainlift_quality;brainlift_entries;goals_set;goals_met;Notes',
      ...cells.map((row) => `${row};`),
    ].join('\r\n');
  });
  const company = readCompany(directory);
  expect(company).toMatchObject({ newestWeek: '2026-W40', isSample: false });
  writeSourceFiles(company, join(home, 'sources'));
  expect(readSourceTables(join(home, 'sources')).worksmart('b-0001', '2026-W39')).toMatchObject({
    hoursWorked: 38.9,
    activeDays: 6,
  });
});

test("a mapping file names the company's own headers, and the columns to leave out", () => {
  const directory = companyWith('mapped', 'builders.csv', (text) =>
    text
      .split('\n')
      .map((line, row) => (line === '' ? line : `${line},${row === 0 ? 'Lohngruppe' : 'E13'}`))
      .join('\n')
      .replace('builder_id', 'Personalnummer'),
  );
  expect(() => readCompany(directory)).toThrow('column Lohngruppe: is not a column of this table');
  writeFileSync(join(directory, 'mapping.json'), '{"Personalnummer": 1}');
  expect(() => readCompany(directory)).toThrow('mapping.json must be a JSON object such as');
  writeFileSync(join(directory, 'mapping.json'), '{"personalnummer": "builder_id", "Lohngruppe": null}');
  expect(readCompany(directory).parsed.builders).toEqual(readCompany(SAMPLE).parsed.builders);
});
