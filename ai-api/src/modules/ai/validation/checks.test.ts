import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileRules, faultsOf } from './compile.ts';
import { filtered, fixed } from './fix.ts';
import type { RuleResult } from './results.ts';
import { type Rule, rule as ruleSchema, scoring } from './rule/schema.ts';

const ruleOf = (given: object): Rule => ruleSchema.parse({ id: 'one', ...given });
const subjectOf = (text: string, request: string | null = null) => ({ text, request, data: {} });
const runOn = (given: object, text: string, request: string | null = null): RuleResult =>
  compileRules([ruleOf(given)]).run(subjectOf(text, request))[0] as RuleResult;
const words = (result: RuleResult, text: string) =>
  result.spans.map(({ start, end }) => text.slice(start, end));

describe('rule types', () => {
  const FLAG = '\u{1F1F3}\u{1F1F4}';
  const cases: [object, string, string][] = [
    [
      { type: 'contains', values: ['refund', 'thank'], wholeWords: false },
      'Thanks, the Refund is due.',
      'Refund only.',
    ],
    [{ type: 'contains', values: ['a', 'b'], mode: 'any' }, 'b it is', 'party'],
    [{ type: 'forbids', values: ['guarantee'] }, 'We guaranteed nothing.', 'We Guarantee it.'],
    [{ type: 'keyword-frequency', value: 'data', min: 2 }, 'Data about data.', 'Data.'],
    [{ type: 'letter-frequency', letter: 'e', max: 2 }, 'See it.', 'See here.'],
    [{ type: 'regex', pattern: '^Dear [A-Z]' }, 'Dear Ada', 'Hello Ada'],
    [{ type: 'length', unit: 'words', max: 3 }, 'one two three', 'one two three four'],
    [{ type: 'length', unit: 'characters', max: 2 }, `${FLAG}👩‍👩‍👧`, `${FLAG}👩‍👩‍👧!`],
    [{ type: 'length', unit: 'sentences', min: 2 }, 'One. Two.', 'One, two.'],
    [{ type: 'length', unit: 'paragraphs', min: 2, separator: '***' }, 'a\n***\nb', 'a\n\nb'],
    [{ type: 'length', unit: 'paragraphs', min: 2, max: 2 }, 'a\n\nb', 'a\nb'],
    [{ type: 'length', unit: 'lines', max: 2 }, 'a\n\nb\n', 'a\nb\nc'],
    [{ type: 'format', format: 'iban' }, 'DE89 3704 0044 0532 0130 00', 'DE88 3704 0044 0532 0130 00'],
    [{ type: 'format', format: 'card-number' }, '4111 1111 1111 1111', '4111 1111 1111 1112'],
    [{ type: 'format', format: 'phone' }, '+47 22 12 34 56', '12'],
    [{ type: 'json' }, '{"a": 1}', '{"a": 1'],
    [
      { type: 'json', schema: { type: 'object', required: ['a'], properties: { a: { pattern: '^x+$' } } } },
      '{"a": "xx"}',
      '{"a": "xy"}',
    ],
    [
      { type: 'language', languages: ['de'] },
      'Die Antwort kommt morgen mit der Post.',
      'The answer comes by mail tomorrow.',
    ],
    [{ type: 'pii' }, 'Order 4711 of 2026-11-30.', 'Write to ada@example.com.'],
    [{ type: 'pii', kinds: ['card'] }, 'ada@example.com', 'Card 4111-1111-1111-1111.'],
    [{ type: 'pii', kinds: ['phone'], country: 'US' }, 'Room 213.', 'Call (213) 373-4253.'],
    [{ type: 'pii', kinds: ['ip'] }, 'Version 1.2.3', 'From 192.168.0.1 or ::1'],
    [{ type: 'cel', that: 'words < 4.0 && text.contains("go")' }, 'Let us go', 'Let us go home now'],
    [{ type: 'cel', that: 'text.matches("^(a+)+$")' }, 'aaa', `${'a'.repeat(5_000)}!`],
    [{ type: 'paragraph-first-word', paragraph: 2, word: 'then' }, 'First.\n\nThen.', 'First.\n\nNow.'],
    [{ type: 'placeholders', min: 2 }, 'Dear [name], from [city]', 'Dear [name]'],
    [{ type: 'postscript' }, 'Bye.\nP.S. One more.', 'Bye. See P.S. above'],
    [{ type: 'bullets', min: 2, max: 2 }, '- one\n* two', '- one'],
    [{ type: 'one-of', values: ['yes', 'no'] }, 'yes', 'perhaps'],
    [{ type: 'highlights', min: 2 }, '*one* and **two**', '*one* and two'],
    [
      { type: 'sections', marker: 'Section', min: 2 },
      'Section 1\na\nSection 2\nb',
      'Section 1, see Section 2',
    ],
    [{ type: 'title' }, '<<Summary>>\nText', 'Summary\nText'],
    [{ type: 'two-answers' }, 'One\n******\nTwo', 'One\n******\nOne'],
    [{ type: 'ends-with', value: 'Any questions?' }, 'So. Any questions?', 'So.'],
    [{ type: 'capital-words', max: 1 }, 'NOW we go', 'NOW we GO'],
    [{ type: 'letter-case', case: 'lower' }, 'all small', 'All small'],
    [{ type: 'letter-case', case: 'upper' }, 'ALL BIG 1', 'ALL big'],
    [{ type: 'no-comma' }, 'one two', 'one, two'],
    [{ type: 'quoted' }, '"so"', 'so'],
  ];

  test.each(cases)('%j', (given, passing, failing) => {
    expect(runOn(given, passing)).toMatchObject({ passed: true, spans: [], edits: [] });
    expect(runOn(given, failing).passed).toBe(false);
    expect(runOn({ ...given, not: true }, passing).passed).toBe(false);
    expect(runOn({ ...given, not: true }, failing).passed).toBe(true);
  });

  test('a rule that cannot be found out says why', () => {
    expect(runOn({ type: 'repeats-request' }, 'So.')).toMatchObject({ passed: null });
    expect(runOn({ type: 'repeats-request' }, 'Say so. So.', 'Say so.')).toMatchObject({ passed: true });
    expect(runOn({ type: 'language', languages: ['en'] }, 'Yes')).toMatchObject({ passed: null });
    expect(runOn({ type: 'cel', that: 'json.a == 1.0' }, 'no JSON').passed).toBeNull();
  });

  test('faults name the rule and its field', () => {
    const faults = (rules: object[]) =>
      faultsOf({ rules: rules.map((given) => ruleOf(given)), scoring: scoring.parse({}) });
    expect(faults([{ type: 'regex', pattern: '(?=a)' }])[0]).toMatchObject({ field: 'rules.0.pattern' });
    expect(faults([{ type: 'cel', that: 'size(text)' }])[0]).toMatchObject({ field: 'rules.0.that' });
    expect(faults([{ type: 'json', schema: { pattern: '(' } }])[0]).toMatchObject({
      field: 'rules.0.schema',
    });
    expect(faults([{ type: 'title' }, { type: 'quoted' }])[0]).toMatchObject({ field: 'rules.1.id' });
    expect(faults([{ type: 'bullets', min: 3, max: 2 }])[0]).toMatchObject({ field: 'rules.0.min' });
    expect(faults([{ type: 'title', weight: 0 }])[0]).toMatchObject({ field: 'rules' });
  });
});

describe('places', () => {
  test('are UTF-16 offsets, also behind emoji', () => {
    const text = '👩‍👩‍👧 Ş 🇳🇴 write to ada@example.com, İstanbul, GUARANTEE 😀';
    const named = (given: object) => words(runOn(given, text), text);
    expect(named({ type: 'pii' })).toEqual(['ada@example.com']);
    expect(named({ type: 'forbids', values: ['guarantee'] })).toEqual(['GUARANTEE']);
    expect(named({ type: 'regex', pattern: '\\p{Lu}{9}', not: true })).toEqual(['GUARANTEE']);
    expect(named({ type: 'forbids', values: ['😀'] })).toEqual(['😀']);
    expect(named({ type: 'length', unit: 'characters', max: 1 })).toEqual([text.slice('👩‍👩‍👧'.length)]);
  });

  test('half an emoji is no place', () => {
    expect(runOn({ type: 'forbids', values: ['\ude00'], wholeWords: false }, '😀').passed).toBe(true);
  });
});

describe('fixes', () => {
  const fix = (given: object, text: string, request: string | null = null) =>
    fixed(compileRules([ruleOf(given)]), subjectOf(text, request));

  test.each<[object, string, string]>([
    [{ type: 'pii' }, 'Write to ada@example.com or +47 22 12 34 56.', 'Write to [email] or [phone].'],
    [{ type: 'forbids', values: ['really'] }, 'It is really good.', 'It is good.'],
    [{ type: 'forbids', values: ['guarantee'], replaceWith: 'expect' }, 'We guarantee it.', 'We expect it.'],
    [{ type: 'regex', pattern: '\\d{3,}', not: true, replaceWith: '#' }, 'No 4711', 'No #'],
    [{ type: 'length', unit: 'words', max: 2 }, 'One two. Three four.', 'One two.'],
    [{ type: 'length', unit: 'characters', max: 1 }, '👩‍👩‍👧👧', '👩‍👩‍👧'],
    [{ type: 'json' }, 'Sure:\n```json\n{"a": 1}\n```', '{"a":1}'],
    [{ type: 'one-of', values: ['yes', 'no'] }, ' "Yes." ', 'yes'],
    [{ type: 'letter-case', case: 'lower' }, 'Hello THERE', 'hello there'],
    [{ type: 'no-comma' }, 'one, two', 'one two'],
    [{ type: 'quoted' }, 'so', '"so"'],
    [{ type: 'ends-with', value: 'Bye!' }, 'So.', 'So. Bye!'],
    [
      { type: 'format', format: 'uuid' },
      ' 01890000-0000-7000-8000-000000000001\n',
      '01890000-0000-7000-8000-000000000001',
    ],
  ])('%j mends %j', (given, text, mended) => {
    expect(fix(given, text)).toBe(mended);
    expect(runOn(given, mended).passed).toBe(true);
  });

  test('one that would break a rule that passes is left out', () => {
    const rules = compileRules([
      ruleOf({ type: 'contains', values: ['thanks'] }),
      ruleOf({ id: 'two', type: 'length', unit: 'words', max: 1 }),
    ]);
    expect(fixed(rules, subjectOf('many thanks'))).toBe('many thanks');
  });

  test('a filter takes the sentences away that fail', () => {
    const rules = compileRules([ruleOf({ type: 'pii' })]);
    const subject = subjectOf('It is done. Write to ada@example.com. Thank you!');
    expect(filtered(subject, rules.run(subject))).toBe('It is done. Thank you!');
    const bullets = compileRules([ruleOf({ type: 'bullets', min: 1 })]);
    expect(filtered(subject, bullets.run(subject))).toBe('');
  });
});

describe('for any text and any rules', () => {
  const piece = fc.constantFrom(
    ...[
      'go',
      'Go',
      'really',
      ', ',
      '. ',
      '\n\n',
      '- ',
      '😀',
      '👩‍👩‍👧',
      'ada@example.com',
      '"',
      '[x]',
      'İ',
      ' ',
    ],
    ...['4111 1111 1111 1111', '*a*', '{"a":1}', '******', 'P.S. ', '\ud83d', 'ẞ', 'ﬁ'],
  );
  const text = fc
    .array(fc.oneof({ weight: 4, arbitrary: piece }, fc.string({ unit: 'grapheme', maxLength: 5 })), {
      maxLength: 20,
    })
    .map((parts) => parts.join('').toWellFormed());
  const bounds = fc.record({ min: fc.nat(2), max: fc.integer({ min: 2, max: 5 }) });
  const given = fc.oneof(
    fc.record({
      type: fc.constant('forbids'),
      values: fc.array(fc.constantFrom('go', 'really', '😀', 'i', ','), { minLength: 1, maxLength: 2 }),
      wholeWords: fc.boolean(),
      replaceWith: fc.constantFrom('', 'go', 'x'),
    }),
    fc.record({
      type: fc.constant('regex'),
      pattern: fc.constantFrom('go|a', '[a-z]+', '\\s{2}', '.😀', 'x*'),
      not: fc.boolean(),
      ignoreCase: fc.boolean(),
    }),
    fc.record({
      type: fc.constant('contains'),
      values: fc.constantFrom(['go'], ['a', '😀']),
      not: fc.boolean(),
    }),
    bounds.chain((span) =>
      fc.record({
        type: fc.constant('length'),
        unit: fc.constantFrom('characters', 'words', 'sentences', 'paragraphs', 'lines'),
        min: fc.constant(span.min),
        max: fc.constant(span.max),
      }),
    ),
    fc.record({ type: fc.constantFrom('pii', 'no-comma', 'quoted', 'json', 'title', 'postscript') }),
    fc.record({ type: fc.constant('letter-case'), case: fc.constantFrom('upper', 'lower') }),
    fc.record({ type: fc.constant('ends-with'), value: fc.constantFrom('go', 'Go!') }),
    fc.record({ type: fc.constant('one-of'), values: fc.constant(['go', 'GO 😀']) }),
    fc.record({
      type: fc.constantFrom('bullets', 'highlights', 'placeholders', 'capital-words'),
      max: fc.nat(2),
    }),
  );
  const rules = fc
    .array(given, { minLength: 1, maxLength: 5 })
    .map((list) => list.map((one, index) => ruleSchema.parse({ id: `r${index}`, ...one })));

  test('a fix never makes a passing text fail, nor a rule that passes', () => {
    fc.assert(
      fc.property(rules, text, (list, given_) => {
        const compiled = compileRules(list);
        const before = compiled.run(subjectOf(given_));
        const mended = fixed(compiled, subjectOf(given_));
        if (before.every(({ passed }) => passed === true)) expect(mended).toBe(given_);
        const after = compiled.run(subjectOf(mended));
        for (const [index, { passed }] of before.entries())
          if (passed === true) expect(after[index]?.passed).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test('spans cut the text that they name, between characters', () => {
    fc.assert(
      fc.property(rules, text, (list, given_) => {
        for (const { spans, edits } of compileRules(list).run(subjectOf(given_)))
          for (const { start, end } of [...spans, ...edits]) {
            expect(start).toBeGreaterThanOrEqual(0);
            expect(start).toBeLessThanOrEqual(end);
            expect(end).toBeLessThanOrEqual(given_.length);
            expect(given_.slice(start, end).isWellFormed()).toBe(true);
            expect(given_.slice(0, start).isWellFormed()).toBe(true);
          }
      }),
      { numRuns: 300 },
    );
  });

  test('what a forbids rule names is forbidden', () => {
    fc.assert(
      fc.property(text, fc.constantFrom('go', 'İ', 'ẞ', 'ﬁ', '😀'), (given_, value) => {
        const result = runOn({ type: 'forbids', values: [value], wholeWords: false }, given_);
        for (const word of words(result, given_)) expect(word.toLowerCase()).toBe(value.toLowerCase());
      }),
    );
  });
});
