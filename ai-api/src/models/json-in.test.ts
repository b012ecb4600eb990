import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { withoutThoughts } from './json-in.ts';
import { parseAnswer } from './parse-answer.ts';

const schema = z.object({ verdict: z.string(), score: z.number().int() });
const usage = { tokensIn: 1, tokensOut: 1 };
const read = (text: string) => parseAnswer({ text, usage }, schema);
const good = { verdict: 'plain words', score: 60 };
const json = JSON.stringify(good);

describe('an answer is read', () => {
  test.each([
    ['as it is', json],
    ['pretty-printed', JSON.stringify(good, null, 2)],
    ['in a fence', `\`\`\`json\n${json}\n\`\`\``],
    ['in a fence without a language, with CRLF', `\`\`\`\r\n${json}\r\n\`\`\`\r\n`],
    ['after a byte order mark', `\ufeff${json}`],
    ['after thoughts with braces', `<think>\nThe user wants {not json}.\n</think>\n\n${json}`],
    ['after thoughts that hold an answer', `<think>{"verdict":"other","score":1}</think>${json}`],
    ['after thoughts whose beginning the template wrote', `so {x}\n</think>\n${json}`],
    [
      'in the final channel',
      `<|channel|>analysis<|message|>{"verdict":"no","score":0}<|end|><|start|>assistant<|channel|>final<|message|>${json}<|return|>`,
    ],
    ['as a text that holds JSON', JSON.stringify(json)],
    ['after thoughts of other templates', `<thought>{"verdict":"no","score":1}</thought>${json}`],
    [
      'after thoughts in a tag with attributes',
      `<seed:think n="3">{"verdict":"no","score":1}</seed:think>${json}`,
    ],
    ['after thoughts in brackets', `[THINK]{"verdict":"no","score":1}[/THINK]${json}`],
    ['between marks of tokenizers', `<s>${json}</s><|im_end|><｜end▁of▁sentence｜>`],
    ['with a tag of thoughts in its text', '{"verdict":"write <think> before it","score":60}'],
    ['in a fence of four', `\`\`\`\`json\n${json}\n\`\`\`\``],
    ['between sentences', `Here is my verdict:\n${json}\nI hope that it helps!`],
    ['after braces that are no JSON', `As {the reviewer} I say ${json}`],
    ['twice the same', `${json}\n${json}`],
    ['with braces and quotes in its text', JSON.stringify({ verdict: 'a } "b" { \\', score: 1 })],
  ])('%s', (_how, text) => {
    expect(read(text)).toMatchObject({ verdict: expect.any(String), score: expect.any(Number) });
    if (text.includes(json)) expect(read(text)).toEqual(good);
  });
});

describe('an answer is refused', () => {
  test.each([
    ['cut off', json.slice(0, -3), 'did not answer JSON'],
    ['cut off after another one that fits', `${json}\n{"verdict":"mine`, 'did not answer JSON'],
    ['thoughts alone', '<think>I would say {"verdict":"x","score":1}', 'did not answer JSON'],
    ['an analysis alone', '<|channel|>analysis<|message|>{"verdict":"x","score":1}', 'did not answer JSON'],
    ['two that differ', `${json} or {"verdict":"other","score":1}`, 'several answers'],
    ['of another form', '```json\n{"verdict":5}\n```', 'does not fit: verdict'],
    ['a list of it', `[${json}]`, 'does not fit'],
    ['commas too many', `${json.slice(0, -1)},}`, 'did not answer JSON'],
    ['a text that holds no JSON', '"sixty points"', 'did not answer JSON'],
    ['words', 'I would give 60 points.', 'did not answer JSON'],
    ['nothing', '', 'did not answer JSON'],
    ['braces without end', '{'.repeat(50_000), 'did not answer JSON'],
    ['braces without sense', '{}'.repeat(40_000), 'does not fit'],
  ])('%s', (_what, text, message) => {
    expect(() => read(text)).toThrow(message);
  });
});

test('what is no thought stays', () => {
  expect(withoutThoughts('a < b and c > d')).toBe('a < b and c > d');
});
