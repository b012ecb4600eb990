import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createAnswerReader, statementsIn } from './index.ts';

const one = { sentence: 'Unused leave ends in March.', passage: 1, quote: 'leave ends in March' };
const two = { sentence: 'Ask {your} lead "first".', passage: 2, quote: 'ask your lead first' };

/** What is read of a text that comes in pieces of a size. */
function read(text: string, size = 5) {
  const reader = createAnswerReader();
  const objects: unknown[] = [];
  for (let at = 0; at < text.length; at += size) objects.push(...reader.add(text.slice(at, at + size)));
  const end = reader.end();
  objects.push(...end.objects);
  const statements = objects.map(statementsIn);
  return {
    statements: statements.flatMap((found) => found ?? []),
    isUnreadable: end.isUnreadable || statements.includes(null),
  };
}

const [a, b] = [JSON.stringify(one), JSON.stringify(two)];

describe('sentences are read', () => {
  test.each([
    ['one a line', `${a}\n${b}\n`],
    ['with CRLF', `${a}\r\n${b}`],
    ['printed over several lines', `${JSON.stringify(one, null, 2)}\n${JSON.stringify(two, null, 4)}`],
    ['in a list', `[${a},\n${b}]`],
    ['in a printed list', JSON.stringify([one, two], null, 2)],
    ['in an object with a list', JSON.stringify({ answer: [one, two] })],
    ['in a fence', `\`\`\`json\n${a}\n${b}\n\`\`\``],
    ['after thoughts', `<think>First {"sentence": I say</think>\n${a}\n${b}`],
    [
      'in the final channel',
      `<|channel|>analysis<|message|>{x}<|end|><|start|>assistant<|channel|>final<|message|>${a}\n${b}<|return|>`,
    ],
    ['in a list with bullets', `- ${a}\n- ${b}`],
    ['in a list with numbers', `1. ${a}\n2. ${b}`],
    ['in a fence of waves', `~~~json\n${a}\n${b}\n~~~`],
    ['after thoughts in brackets', `[THINK]First I say[/THINK]\n${a}\n${b}`],
    ['after thoughts in a tag with attributes', `<thought n="1">First I say</thought>\n${a}\n${b}`],
    ['in a tag', `<answer>${a}\n${b}</answer>`],
    ['before the marks of tokenizers', `${a}\n${b}</s><|im_end|>`],
    ['after a byte order mark', `\ufeff${a}\n${b}`],
  ])('%s', (_how, text) => {
    for (const size of [1, 3, 7, 10_000])
      expect(read(text, size)).toEqual({ statements: [one, two], isUnreadable: false });
  });
});

describe('nothing was said', () => {
  test.each([
    ['nothing', ''],
    ['blanks', ' \n'],
    ['an empty list', '[]'],
    ['a fence', '```json\n```'],
    ['an empty list in an object', '{"sentences": []}'],
    ['thoughts', '<think>None says it.</think>\n'],
  ])('by %s', (_how, text) => {
    expect(read(text)).toEqual({ statements: [], isUnreadable: false });
  });
});

describe('what cannot be read is known', () => {
  test.each([
    ['prose', 'Unused leave ends in March.'],
    ['an object that is cut off', a.slice(0, -4)],
    ['thoughts that never end', '<think>The first passage says'],
    ['another form', '{"answer": "Unused leave ends in March."}'],
    ['a field missing', '{"sentence": "x"}'],
    ['broken JSON', '{"sentence": "x", passage: 1}'],
    ['a list with something else', `{"answer": [${a}, "and so on"]}`],
    ['an object that is far too long', `{"sentence": "${'x'.repeat(50_000)}`],
  ])('%s', (_what, text) => {
    expect(read(text).isUnreadable).toBe(true);
  });

  test('and what was read before it stays', () => {
    expect(read(`${a}\n${b.slice(0, 20)}`)).toEqual({ statements: [one], isUnreadable: true });
  });
});

test('the size of the pieces changes nothing', () => {
  const part = fc.constantFrom(
    a,
    b,
    '\n',
    ',',
    '[',
    ']',
    '```json',
    'words ',
    '<think>',
    '</think>',
    '{',
    '}',
    '<',
    'final',
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), fc.integer({ min: 1, max: 9 }), (parts, size) => {
      const text = parts.join('');
      expect(read(text, size)).toEqual(read(text, 100_000));
    }),
  );
});
