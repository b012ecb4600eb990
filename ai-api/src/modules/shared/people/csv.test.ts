import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCsv } from './csv.ts';
import { MAX_ROWS } from './rows.ts';

const read = (text: string) => readCsv(text, ['id', 'note']);
const rowsOf = (text: string) => read(text).records.map(({ line, record }) => [line, record.id, record.note]);
const faultsOf = (text: string) => read(text).faults;

describe('the number of a row', () => {
  test.each([
    ['plain rows', 'id,note\n1,a\n2,b', [2, 3]],
    ['CRLF', 'id,note\r\n1,a\r\n2,b\r\n', [2, 3]],
    ['CR', 'id,note\r1,a\r2,b\r', [2, 3]],
    ['a mixture of line ends', 'id,note\r\n1,a\n2,b\r3,c', [2, 3, 4]],
    ['a quoted newline', 'id,note\n1,"a\nb"\n2,c', [2, 4]],
    ['quoted CRLF in a file with CRLF', 'id,note\r\n1,"a\r\n\r\nb"\r\n2,c', [2, 5]],
    ['a row that starts with a newline in quotes', 'id,note\n"\n1",a\n2,b', [2, 4]],
    ['blank lines before, between and after', '\n\nid,note\n\n  \n1,"\n"\n\n2,b\n\n', [6, 9]],
    ['a byte order mark', '\ufeffid,note\n1,a\n2,b', [2, 3]],
    ['characters of several bytes', 'id,note\nä€😀,"😀\n"\n2,b', [2, 4]],
  ])('is the line on which it starts: %s', (_, text, lines) => {
    expect(rowsOf(text).map(([line]) => line)).toEqual(lines);
  });

  test('is right for any cells', () => {
    const cell = fc.string({
      unit: fc.constantFrom('a', ' ', ',', '"', '\n', '\r\n', '\r', '\t', 'é', '😀'),
    });
    const gap = fc.constantFrom('', '\n', ' \n', '\r\n\t\r\n');
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell, gap)), fc.constantFrom('\n', '\r\n'), (rows, end) => {
        let text = `id,note${end}`;
        const expected = rows.flatMap(([id, note, blank]) => {
          text += blank;
          const line = text.split(/\r\n|\n|\r/).length;
          text += `${quoted(id)},${quoted(note)}${end}`;
          return id === '' && note === '' ? [] : [[line, id, note]];
        });
        expect(rowsOf(text)).toEqual(expected);
      }),
    );
  });
});

describe('cells', () => {
  test('lose white space around them unless it is quoted', () => {
    expect(rowsOf(' id , note \n 1 ,  a b \n"2" ," c "')).toEqual([
      [2, '1', 'a b'],
      [3, '2', ' c '],
    ]);
  });

  test('are found by the header in any order', () => {
    expect(rowsOf('note,id\na,1')).toEqual([[2, '1', 'a']]);
  });

  test('of a header alone are no rows', () => {
    expect(read('id,note')).toEqual({ records: [], faults: [] });
  });

  test('named like properties of objects are refused as columns', () => {
    expect(faultsOf('id,note,__proto__,constructor\n1,a,b,c')).toEqual([
      { row: 1, column: '__proto__', message: 'is not a column of this table' },
      { row: 1, column: 'constructor', message: 'is not a column of this table' },
    ]);
  });
});

describe('what spreadsheets add is left out', () => {
  const rows = [
    [2, '1', 'a'],
    [3, '2', 'b'],
  ];
  const below = (lines: number) => rows.map(([line, ...cells]) => [Number(line) + lines, ...cells]);
  test.each([
    ['rows of commas', 'id,note\n1,a\n2,b\n,\n , \n"",""', rows],
    ['columns without content at the end', 'id,note,,\n1,a,,\n2,b,,', rows],
    ['sep= and another separator than the commas in the cells', 'sep=;\nid;note\n1;a\n2;b', below(1)],
    ['sep= in quotes behind a byte order mark', '\ufeff"sep=,"\r\nid,note\r\n1,a\r\n2,b', below(1)],
    ['a title above the header', 'Report, week 46, final\n\nid;note\n1;a\n2;b', below(2)],
    ['a title in a row of cells', 'Report,\n,\nid,note\n1,a\n2,b', below(2)],
    ['invisible letters in the header', 'i\u200bd\ufeff,\u00a0no\u00adte\n1,a\n2,b', rows],
    ['upright bars between the cells', 'id|note\n1|a\n2|b', rows],
    ['sep= with an upright bar', 'sep=|\nid|note\n1|a\n2|b', below(1)],
    ['capitals and full-width letters in the header', 'ＩＤ,NOTE\n1,a\n2,b', rows],
    ['commas in a header of semicolons', 'id;"note"\n1;a\n2;b', rows],
  ])('%s', (_, text, expected) => {
    expect(faultsOf(text)).toEqual([]);
    expect(rowsOf(text)).toEqual(expected);
  });

  test.each([
    'Total',
    'Totals:',
    'Grand total',
    'Sub-total',
    'Total général',
    'Zwischensumme',
    'Total (2)',
    'Итого',
  ])('but %s at the end is named once', (word) => {
    expect(faultsOf(`id,note\n1,a\n${word},\n`)).toEqual([
      { row: 3, message: 'is a row of totals: remove it' },
    ]);
    expect(rowsOf(`id,note\n1,a\n${word},\n`)).toEqual([[2, '1', 'a']]);
  });

  test.each(['id,note\n1,a\nSubtotal,37.5', 'id,note\n1,a\nid,note\n2,b'])(
    'and so is what repeats on each page of an export: %j',
    (text) => {
      expect(faultsOf(text)).toMatchObject([{ row: 3, message: expect.stringMatching(/remove it$/) }]);
    },
  );

  test('and an id that reads like a total, in a full row, is an id', () => {
    expect(rowsOf('id,note\nsum,a')).toEqual([[2, 'sum', 'a']]);
  });
});

describe('a fault', () => {
  test.each([
    ['nothing', '', [{ row: 1, message: 'the file is empty' }]],
    ['blank lines only', '\n \n', [{ row: 1, message: 'the file is empty' }]],
    ['a byte order mark only', '\ufeff', [{ row: 1, message: 'the file is empty' }]],
    ['a missing column', '\nid\n1', [{ row: 2, column: 'note', message: 'is missing in the header' }]],
    ['an unknown column', 'id,note,x', [{ row: 1, column: 'x', message: 'is not a column of this table' }]],
    [
      'a column without a name',
      'id,note,\n1,a,b',
      [{ row: 1, column: '(no name)', message: 'is not a column of this table' }],
    ],
    ['a column twice', 'id,note,id\n1,2,3', [{ row: 1, column: 'id', message: 'is twice in the header' }]],
    [
      'every row of another length',
      'id,note\n1,"a\n"\n2\n3,b\n4,b,c',
      [
        { row: 4, message: 'has 1 cell, the header has 2' },
        { row: 6, message: 'has 3 cells, the header has 2' },
      ],
    ],
    [
      'a quote that is not closed, where it was opened',
      'id,note\n1,"a\n"\n2,"b\n3,c\n',
      [{ row: 4, column: 'note', message: 'has a quote that is never closed' }],
    ],
    [
      'a quote inside a cell',
      'id,note\n1,a"b',
      [{ row: 2, column: 'note', message: 'has a quote inside a cell that is not quoted' }],
    ],
    [
      'text after a quote',
      'id,note\n"1"2,a',
      [{ row: 2, column: 'id', message: 'has text after the closing quote' }],
    ],
    [
      'a quote in the header',
      'i"d,note',
      [{ row: 1, message: 'has a quote inside a cell that is not quoted' }],
    ],
  ])('is reported: %s', (_, text, faults) => {
    expect(faultsOf(text)).toEqual(faults);
  });

  test('does not hide the faults before it', () => {
    expect(faultsOf('id,note\n1\n2,"a').map(({ row }) => row)).toEqual([2, 3]);
  });

  test('is one row more than a table may have', () => {
    const rows = '1,a\n'.repeat(MAX_ROWS);
    expect(faultsOf(`id,note\n${rows}`)).toEqual([]);
    const [fault, ...more] = faultsOf(`id,note\n${rows}${rows}`);
    expect(more).toEqual([]);
    expect(fault).toEqual({
      row: MAX_ROWS + 2,
      message: 'exceeds the limit: a table has at most 200000 rows',
    });
  });

  test('is no limit for rows without content, and none of those below them is dropped', () => {
    const text = `Title,\nid,note\n${',\n'.repeat(MAX_ROWS + 10)}1,a\n`;
    expect(faultsOf(text)).toEqual([]);
    expect(rowsOf(text)).toEqual([[MAX_ROWS + 13, '1', 'a']]);
  });

  test('is an end that is not reached, of more rows than a spreadsheet has', () => {
    expect(faultsOf(`id,note\n${',\n'.repeat(1_048_580)}1,a\n`)).toMatchObject([
      { message: 'exceeds the limit: 1048576 rows are read, with those that are empty' },
    ]);
  });
});

function quoted(cell: string): string {
  return `"${cell.replaceAll('"', '""')}"`;
}
