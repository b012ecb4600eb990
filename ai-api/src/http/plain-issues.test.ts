import { expect, test } from 'vitest';
import { z } from 'zod';
import { invalidInput } from './problem.ts';

const schema = z.strictObject({
  name: z.string().min(2).max(4),
  hours: z.number().multipleOf(0.25).max(24).gt(0),
  count: z.int().min(1),
  version: z.coerce.number().optional(),
  kind: z.enum(['a', 'b']),
  only: z.literal('x'),
  list: z.array(z.string()).min(1).max(2),
  flag: z.boolean(),
  email: z.email(),
  code: z.string().regex(/^c/, 'must begin with c'),
  either: z.union([z.string(), z.number()]),
});
const right = {
  name: 'Ada',
  hours: 1,
  count: 1,
  kind: 'a',
  only: 'x',
  list: ['x'],
  flag: true,
  email: 'a@example.com',
  code: 'c',
  either: 1,
};

test.each([
  [{ name: undefined }, 'name: is required'],
  [{ name: 5 }, 'name: must be text, not a number'],
  [{ name: null }, 'name: must be text, not null'],
  [{ name: 'A' }, 'name: must have at least 2 characters'],
  [{ name: 'Adams' }, 'name: must have at most 4 characters'],
  [{ hours: '1' }, 'hours: must be a number, not text'],
  [{ hours: 25 }, 'hours: must be at most 24'],
  [{ hours: 0 }, 'hours: must be more than 0'],
  [{ hours: 0.3 }, 'hours: must be a multiple of 0.25'],
  [{ count: 1.5 }, 'count: must be a whole number'],
  [{ count: '1' }, 'count: must be a number, not text'],
  [{ count: 0 }, 'count: must be at least 1'],
  [{ version: 'abc' }, 'version: must be a number'],
  [{ kind: 'c' }, 'kind: must be one of a, b'],
  [{ kind: undefined }, 'kind: is required'],
  [{ only: 'y' }, 'only: must be x'],
  [{ list: [] }, 'list: must have at least 1 item'],
  [{ list: ['a', 'b', 'c'] }, 'list: must have at most 2 items'],
  [{ list: 'a' }, 'list: must be a list, not text'],
  [{ flag: 'yes' }, 'flag: must be true or false, not text'],
  [{ email: 'nobody' }, 'email: is not a valid email address'],
  [{ code: 'd' }, 'code: must begin with c'],
  [{ either: true }, 'either: is not valid'],
  [{ other: 1 }, '(body): has no field other'],
])('%j is answered with "%s"', (change, detail) => {
  const given = Object.fromEntries(
    Object.entries({ ...right, ...change }).filter(([, value]) => value !== undefined),
  );
  const { error } = schema.safeParse(given, { reportInput: true });
  expect(error && invalidInput(error).message).toBe(detail);
});

/** One field of each kind that the schema above has not. */
const others = z.object({
  below: z.number().lt(10),
  one: z.string().min(1),
  few: z.set(z.string()).min(2),
  pairs: z.map(z.string(), z.string()).max(1),
  settings: z.record(z.string(), z.number()),
  nothing: z.null(),
  id: z.uuid(),
  link: z.url(),
  at: z.iso.datetime(),
  choice: z.discriminatedUnion('by', [z.object({ by: z.literal('a') }), z.object({ by: z.literal('b') })]),
  refined: z.string().refine((text) => text !== 'x'),
  own: z.string('must be a name').min(2, 'is too short').max(4, 'is too long'),
  ownChoice: z.enum(['a', 'b'], 'must be one of ours'),
  ownStep: z.number().multipleOf(5, 'must be in fives'),
  deep: z.object({ list: z.array(z.object({ name: z.string() })) }),
  strict: z.strictObject({}),
});

test.each([
  ['below', 10, 'must be less than 10'],
  ['below', Number.NaN, 'must be a number'],
  ['one', '', 'must have at least 1 character'],
  ['few', new Set(['a']), 'must have at least 2 items'],
  [
    'pairs',
    new Map([
      ['a', 'b'],
      ['c', 'd'],
    ]),
    'must have at most 1 item',
  ],
  ['settings', [], 'must be an object, not a list'],
  ['settings', 'a', 'must be an object, not text'],
  ['nothing', 'a', 'must be null, not text'],
  ['id', 'a', 'is not a valid UUID'],
  ['link', 'a', 'is not a valid URL'],
  ['at', 'today', 'is not a valid ISO datetime'],
  ['choice.by', { by: 'c' }, 'must be one of a, b'],
  ['refined', 'x', 'is not valid'],
  ['own', 5, 'must be a name'],
  ['own', 'A', 'is too short'],
  ['own', 'Adams', 'is too long'],
  ['ownChoice', 'c', 'must be one of ours'],
  ['ownStep', 7, 'must be in fives'],
  ['deep.list.0.name', { list: [{ name: 5 }] }, 'must be text, not a number'],
  ['strict', { a: 1, b: 2 }, 'has no fields a, b'],
])('%s is %j: it %s', (field, value, message) => {
  const [name = ''] = field.split('.');
  const { error } = others.safeParse({ [name]: value }, { reportInput: true });
  const { errors } = invalidInput(error as z.ZodError);
  expect(errors?.find((one) => one.field === field)?.message).toBe(message);
});
