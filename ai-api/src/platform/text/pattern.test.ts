import { describe, expect, test } from 'vitest';
import { compileJsonSchema, SchemaError } from '../json-schema/index.ts';
import { compilePattern, PatternError } from './pattern.ts';

describe('patterns that people write', () => {
  test('one that explodes elsewhere ends with its answer', () => {
    expect(compilePattern('^(a+)+$').test(`${'a'.repeat(40_000)}!`)).toBe(false);
    expect(compilePattern('(.*)*(.*)*x').matches('a'.repeat(40_000))).toEqual([]);
  });

  test('one that is too large for a text ends with its reason', () => {
    const pattern = compilePattern('(\\pL{1,50}\\s?){20}!');
    expect(pattern.test(`${'ab '.repeat(100)}!`)).toBe(true);
    expect(() => pattern.test('a'.repeat(50_000))).toThrow(/states, too many for a text of 50000 characters/);
  });

  test.each(['(?=a)', '(a)\\1', '(', 'a{1001}'])('%s is refused with the reason', (source) => {
    expect(() => compilePattern(source)).toThrow(PatternError);
    expect(() => compilePattern(source)).toThrow(/not a regular expression of RE2/);
  });
});

describe('JSON Schemas that people write', () => {
  test('patterns are of RE2, each its own', () => {
    const check = compileJsonSchema({
      type: 'object',
      properties: { a: { pattern: '^(a+)+$' }, b: { pattern: '^b$' }, c: { pattern: '^c$' } },
      patternProperties: { '^x-': { type: 'number' } },
    });
    expect(check({ a: 'aa', b: 'b', c: 'c', 'x-1': 1 })).toEqual([]);
    expect(check({ a: `${'a'.repeat(30_000)}!` })).toMatchObject([{ path: '/a' }]);
    expect(check({ b: 'c' })).toMatchObject([{ path: '/b' }]);
    expect(check({ c: 'b' })).toMatchObject([{ path: '/c' }]);
    expect(check({ 'x-1': 'one' })).toMatchObject([{ path: '/x-1' }]);
  });

  test('one that is too large for its text ends with its reason', () => {
    const check = compileJsonSchema({ pattern: '(\\pL{1,50}\\s?){20}!' });
    expect(check('a'.repeat(50_000))).toMatchObject([{ message: expect.stringContaining('states') }]);
  });

  const layers = Object.fromEntries(
    Array.from({ length: 60 }, (_, index) => [
      `d${index}`,
      { allOf: [{ $ref: `#/$defs/d${index + 1}` }, { $ref: `#/$defs/d${index + 1}` }] },
    ]),
  );

  test.each<[string, object, RegExp]>([
    ['a remote reference', { $ref: 'https://example.com/schema' }, /into the schema itself/],
    ['a reference to nothing', { $ref: '#/$defs/a' }, /leads nowhere/],
    ['a loop', { $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/a' } } }, /leads back/],
    [
      'references that double',
      { $ref: '#/$defs/d0', $defs: { ...layers, d60: {} } },
      /more than 1000 schemas/,
    ],
    ['an unknown keyword', { tipe: 'string' }, /tipe/],
    ['an unknown format', { type: 'string', format: 'zip' }, /zip/],
    ['a pattern with look-ahead', { type: 'string', pattern: '(?=a)' }, /RE2/],
    ['depth', nested(30), /nested/],
  ])('%s is refused with its reason', (_name, schema, reason) => {
    expect(() => compileJsonSchema(schema as Record<string, unknown>)).toThrow(SchemaError);
    expect(() => compileJsonSchema(schema as Record<string, unknown>)).toThrow(reason);
  });

  test('equal items are found however their fields are ordered', () => {
    const check = compileJsonSchema({ type: 'array', uniqueItems: true });
    expect(
      check([
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ]),
    ).toHaveLength(1);
    expect(check(Array.from({ length: 50_000 }, (_, index) => index))).toEqual([]);
  });
});

function nested(depth: number): object {
  return depth === 0 ? { type: 'string' } : { type: 'array', items: nested(depth - 1) };
}
