import { expect, test } from 'vitest';
import { digestOf } from '../retrieval/corpus.ts';
import { PAIRS } from './pairs.ts';

test('pairs are frozen, and every quote is genuine', () => {
  expect(PAIRS).toHaveLength(128);
  expect(PAIRS.filter(({ fault }) => fault === null)).toHaveLength(56);
  for (const { passage, quote } of PAIRS) expect(passage).toContain(quote);
  expect(digestOf(PAIRS)).toBe('bd05e918df5c0340aa817e8b6146205ba56579daacabc2db1e01a32c8f054f2a');
});
