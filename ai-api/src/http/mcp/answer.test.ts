import { expect, test } from 'vitest';
import { z } from 'zod';
import { operation } from '../../contract/operation.ts';
import { listOf } from '../../contract/schemas.ts';
import { answerOf } from './answer.ts';

const parts = {
  method: 'GET',
  path: '/things',
  access: ['admin'],
  summary: 'Read',
  input: z.object({}),
} as const;
const list = operation({ ...parts, list: true, output: listOf(z.string()) });
const single = operation({ ...parts, output: z.unknown() });
const write = operation({ ...parts, method: 'POST', output: z.unknown() });

/** A list of texts that is read by place. */
const reading = (rows: readonly string[]) => {
  const limits: number[] = [];
  return {
    limits,
    run: async ({ cursor = '0', limit = 50 }: { cursor?: string; limit?: number }) => {
      limits.push(limit);
      const end = Number(cursor) + limit;
      return { items: rows.slice(Number(cursor), end), nextCursor: end < rows.length ? String(end) : null };
    },
  };
};
const texts = async (...given: Parameters<typeof answerOf>) =>
  (await answerOf(...given)).content.map((part) => (part.type === 'text' ? part.text : part.type));

test('a short answer is returned as it is', async () => {
  expect(await texts({ op: single, input: {}, run: async () => ({ a: 1 }), maxChars: 2_000 })).toEqual([
    '{"a":1}',
  ]);
  expect(await texts({ op: write, input: {}, run: async () => undefined, maxChars: 2_000 })).toEqual([
    'Done.',
  ]);
});

test('a list that is too long continues exactly where it was shortened', async () => {
  const rows = Array.from({ length: 120 }, (_, index) => `${index} `.padEnd(100 + (index % 7), 'x'));
  const { run, limits } = reading(rows);
  const seen: string[] = [];
  let cursor: string | null = '0';
  for (let page = 0; cursor !== null && page < 100; page++) {
    const [text = '', note] = await texts({ op: list, input: { cursor }, run, maxChars: 2_000 });
    expect(text.length).toBeLessThanOrEqual(2_000);
    const { items, nextCursor } = JSON.parse(text) as { items: string[]; nextCursor: string | null };
    expect(note === undefined || note.includes(`shortened to ${items.length} of`)).toBe(true);
    seen.push(...items);
    cursor = nextCursor;
  }
  expect(seen).toEqual(rows);
  expect(limits.length).toBeLessThanOrEqual(2 * Math.ceil(rows.length / 12) + 2);
});

test('what no page can hold is cut, and the note says how much is missing', async () => {
  const rows = ['a'.repeat(5_000), 'b'];
  const [text, note] = await texts({ op: list, input: {}, run: reading(rows).run, maxChars: 2_000 });
  expect(text).toHaveLength(2_000);
  expect(note).toMatch(/first 2000 of \d{4} characters.*GET \/things/);
  const faces = await texts({ op: single, input: {}, run: async () => '🙂'.repeat(2_000), maxChars: 2_000 });
  expect(faces[0]?.isWellFormed()).toBe(true);
});

test('a write whose answer was cut is said to have been carried out', async () => {
  const calls: unknown[] = [];
  const run = async (input: unknown) => {
    calls.push(input);
    return 'x'.repeat(9_000);
  };
  const [, note] = await texts({ op: write, input: {}, run, maxChars: 2_000 });
  expect(note).toContain('was carried out; do not repeat it');
  expect(calls).toHaveLength(1);
});
