import fc from 'fast-check';
import { expect, test } from 'vitest';
import { passagesOf } from './passages.ts';

test('a table that goes on in the next passage has its head there again', () => {
  const head = 'Country | Full day | Half day';
  const row = (number: number) => `Country ${number} | ${number} EUR, with the consent of the lead | 20 EUR`;
  const block = (text: string, more = {}) => ({ heading: ['Travel'], page: null, text, ...more });
  const rows = Array.from({ length: 40 }, (_, index) => row(index));
  const passages = passagesOf([block(head), ...rows.map((text) => block(text, { head }))]);
  expect(passages.length).toBeGreaterThan(2);
  for (const { text } of passages) {
    expect(text.split('\n')[0]).toBe(head);
    expect(text.length).toBeLessThanOrEqual(900);
  }
  const kept = passages.flatMap(({ text }) => text.split('\n').slice(1));
  expect(kept).toEqual(rows);
});

test('a head that leaves no room is not repeated', () => {
  const head = 'x'.repeat(600);
  const block = { heading: [], page: null, text: 'y '.repeat(200).trim(), head };
  expect(passagesOf([block])).toEqual([{ heading: [], page: null, text: block.text }]);
});

test('a row that is longer than a passage has its head above each of its parts', () => {
  const head = 'Country | Full day | Exceptions';
  const text = `Norway | 75 EUR | ${'Hotels in the north may cost more in the winter. '.repeat(40).trim()}`;
  const passages = passagesOf([{ heading: [], page: null, text, head }]);
  expect(passages.length).toBeGreaterThan(1);
  for (const passage of passages) {
    expect(passage.text.split('\n')[0]).toBe(head);
    expect(passage.text.length).toBeLessThanOrEqual(900);
  }
  expect(passages.map((passage) => passage.text.split('\n')[1]).join(' ')).toBe(text);
});

test('a document with more passages than can be kept is refused, not cut', () => {
  const blocks = Array.from({ length: 20_001 }, (_, page) => ({ heading: [], page, text: 'A sentence.' }));
  expect(passagesOf(blocks.slice(1))).toHaveLength(20_000);
  expect(() => passagesOf(blocks)).toThrow('It has 20001 passages; at most 20000 are read.');
});

test('passages lose nothing of a text, and stay short', () => {
  const block = fc.record({
    heading: fc.array(fc.constantFrom('A', 'B'), { maxLength: 2 }),
    page: fc.constantFrom(null, 1, 2),
    text: fc
      .array(fc.constantFrom('word', 'Sentence.', 'x'.repeat(1000), 'ä😀', '3.5'), {
        minLength: 1,
        maxLength: 60,
      })
      .map((words) => words.join(' ')),
  });
  fc.assert(
    fc.property(fc.array(block, { maxLength: 12 }), (blocks) => {
      const passages = passagesOf(blocks);
      const letters = (texts: { text: string }[]) =>
        texts.map(({ text }) => text.replaceAll(/\s/g, '')).join('');
      expect(letters(passages)).toBe(letters(blocks));
      expect(Math.max(0, ...passages.map(({ text }) => text.length))).toBeLessThanOrEqual(900);
    }),
  );
});
