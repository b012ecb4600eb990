import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSealer, parseKeys } from './sealing.ts';

const key = randomBytes(32);

test('what was sealed opens with the same key and place, and with no other', () => {
  const sealer = createSealer([key]);
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, place) => {
      const sealed = sealer.seal(text, place);
      expect(sealed).toMatch(/^v1\.[0-9a-f]{8}\.[A-Za-z0-9_-]+$/);
      expect(sealer.open(sealed, place)).toBe(text);
      expect(() => sealer.open(sealed, `${place}x`)).toThrow();
    }),
  );
  expect(() => createSealer([randomBytes(32)]).open(sealer.seal('a', 'b'), 'b')).toThrow(
    'DATA_ENCRYPTION_KEY',
  );
});

test('what was changed does not open', () => {
  const sealer = createSealer([key]);
  const sealed = sealer.seal('a secret', 'place');
  for (let index = 12; index < sealed.length - 1; index++) {
    const other = sealed[index] === 'A' ? 'B' : 'A';
    expect(() => sealer.open(sealed.slice(0, index) + other + sealed.slice(index + 1), 'place')).toThrow();
  }
});

test('a new key seals while the earlier one still opens', () => {
  const before = createSealer([key]).seal('a secret', 'place');
  const sealer = createSealer([randomBytes(32), key]);
  expect(sealer.open(before, 'place')).toBe('a secret');
  expect(() => createSealer([key]).open(sealer.seal('a secret', 'place'), 'place')).toThrow();
});

test('keys come as hex or base64 of 32 bytes', () => {
  expect(parseKeys(`${key.toString('hex')}, ${key.toString('base64')}`)).toEqual([key, key]);
  expect(() => parseKeys('c2hvcnQ=')).toThrow('32 bytes');
});
