import { describe, expect, test } from 'vitest';
import { csvLine } from './text.ts';

describe('a line of CSV', () => {
  test.each([
    '=1+1',
    '+1',
    '-1',
    '@a',
    '\t=1',
    '\u200b=1',
    '\ufeff=1',
    ' =1',
    '＝1+1',
    '＋1',
    '\u2066－1',
    '﹫a',
    '−1',
  ])('gives %j an apostrophe, so that no spreadsheet runs it', (cell) => {
    expect(csvLine([cell]).replace(/^"/, '')).toMatch(/^'/);
  });

  test('leaves numbers and other words as they are', () => {
    expect(csvLine([-1, 'a=b', 'Jörg', null])).toBe('-1,a=b,Jörg,\r\n');
    expect(csvLine(['a "b", c'])).toBe('"a ""b"", c"\r\n');
  });
});
