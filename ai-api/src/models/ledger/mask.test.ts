import fc from 'fast-check';
import { expect, test } from 'vitest';
import { maskText } from './mask.ts';

test.each([
  ['Write to ada.example@sample-company.example today', 'Write to <email> today'],
  ['Card 4111 1111 1111 1111.', 'Card <card>.'],
  ['Call +49 30 1234567 or (030) 123 45 67', 'Call <phone> or <phone>'],
  ['Key sk-proj-abcdefghijklmnop1234 leaked', 'Key <key> leaked'],
  ['Bearer aim_testtest_0123456789abcdef0123456789abcdef', 'Bearer <key>'],
  ['IBAN DE89 3704 0044 0532 0130 00 here', 'IBAN <iban> here'],
])('masks %s', (text, masked) => {
  expect(maskText(text)).toBe(masked);
});

test.each([
  'Worked 40 hours in week 2026-W46 and met 3 of 4 goals.',
  'Revenue was 1234567890 dollars, id 01a1fd0b-dcc3-7798-81b3-910595024f83.',
  '2026-11-16T08:00:00.000Z',
  'Order 1234 5678 9012 3456',
  '{"score":0.123456789012345}',
])('leaves alone: %s', (text) => {
  expect(maskText(text)).toBe(text);
});

test('takes any text in a time that grows with its length', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), (text) => typeof maskText(text.repeat(500)) === 'string'),
  );
});
