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
