import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { outputSchemaOf } from './output-schema.ts';

const object = (properties: Record<string, unknown>) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});

describe('the schema of answers', () => {
  test('takes what it describes and nothing else', () => {
    const schema = outputSchemaOf(
      object({
        verdict: { type: 'string', enum: ['yes', 'no'] },
        score: { type: ['integer', 'null'], minimum: 0, maximum: 10 },
        sources: { type: 'array', maxItems: 2, items: object({ page: { type: 'number' } }) },
      }),
    );
    const good = { verdict: 'yes', score: null, sources: [{ page: 1 }] };
    expect(schema.safeParse(good).success).toBe(true);
    for (const wrong of [
      { verdict: 'maybe' },
      { score: 11 },
      { score: 1.5 },
      { sources: [{ page: '1' }] },
      { sources: [{ page: 1, line: 2 }] },
      { sources: [{ page: 1 }, { page: 2 }, { page: 3 }] },
      { extra: true },
    ])
      expect(schema.safeParse({ ...good, ...wrong }).success).toBe(false);
  });

  test('takes patterns of RE2, each its own, however long an answer is', () => {
    const schema = outputSchemaOf(
      object({
        a: { type: 'string', pattern: '^(a+)+$' },
        pattern: object({ b: { type: ['string', 'null'], pattern: '^b$' } }),
      }),
    );
    expect(schema.safeParse({ a: 'aa', pattern: { b: 'b' } }).success).toBe(true);
    expect(schema.safeParse({ a: 'aa', pattern: { b: 'a' } }).success).toBe(false);
    const { error } = schema.safeParse({ a: `${'a'.repeat(30_000)}!`, pattern: { b: null } });
    expect(error?.issues[0]?.path).toEqual(['a']);
  });

  test('is an answer in words where none is given', () => {
    expect(outputSchemaOf(null).safeParse({ answer: 'Forty-two.' }).success).toBe(true);
    expect(outputSchemaOf(null).safeParse({ answer: '' }).success).toBe(false);
  });

  let deep: Record<string, unknown> = object({ end: { type: 'string' } });
  for (let level = 0; level < 8; level++) deep = object({ more: deep });
  const wide = Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`p${n}`, { type: 'null' }]));
  test.each([
    ['no object', { type: 'string' }, 'outputSchema: must have type object'],
    ['no properties', object({}), 'outputSchema: must have properties'],
    [
      'a reference',
      object({ a: { $ref: '#' } }),
      'outputSchema.properties.a.$ref: is not a supported keyword',
    ],
    [
      'a pattern with look-ahead',
      object({ a: { type: 'string', pattern: '(?=a)' } }),
      'is not a regular expression of RE2',
    ],
    ['an unknown type', object({ a: { type: 'date' } }), 'outputSchema.properties.a.type: must be of object'],
    ['no type', object({ a: {} }), 'outputSchema.properties.a: must say its type'],
    [
      'an optional property',
      { ...object({ a: { type: 'null' } }), required: [] },
      'required: must list every',
    ],
    ['an open object', { ...object({ a: { type: 'null' } }), additionalProperties: true }, 'must be false'],
    ['a list of nothing', object({ a: { type: 'array' } }), 'a.items: must be a JSON Schema object'],
    ['too deep a nest', deep, 'is nested more than 6 deep'],
    ['too many properties', object(wide), 'has more than 100 properties'],
    ['too much text', object({ a: { type: 'null', description: 'x'.repeat(20_000) } }), 'at most 16000'],
  ])('is refused for %s, by the place', (_what, schema, message) => {
    expect(() => outputSchemaOf(schema)).toThrow(message);
  });

  test('is a schema or a refusal for whatever is sent', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (given) => {
        try {
          outputSchemaOf({ ...given, type: 'object' }).safeParse({});
        } catch (error) {
          expect(error).toMatchObject({ code: 'INVALID_INPUT' });
        }
      }),
    );
  });
});
