import { describe, expect, test } from 'vitest';
import { gradeOf } from './grade.ts';
import { compileRules, defineKind, type Facts, judge, type Rulebook } from './index.ts';
import { type RuleDefinition, RuleError } from './rule.ts';

const kind = defineKind({
  name: 'test',
  rulesFile: new URL('file:///unused'),
  vocabulary: {
    week: {
      hours: { type: 'number', description: 'tracked hours', example: 38 },
      planned: { type: 'number', description: 'planned hours', example: 40 },
      note: { type: 'text', description: 'the note', example: 'Done.', untrusted: true },
      away: { type: 'flag', description: 'away', example: false },
    },
    market: { size: { type: 'number', description: 'market size', example: 5_000_000 } },
  },
  criteria: [
    { id: 'hours', title: 'Hours', weight: 60, question: 'Enough hours?' },
    { id: 'market', title: 'Market', weight: 40, question: 'A market?' },
  ],
  feedback: ({ grade }) => `Grade ${grade}`,
});

const facts = (week: Facts[string], market: Facts[string] = { size: null }): Facts => ({
  week: { hours: null, planned: null, note: null, away: null, ...week },
  market,
});

function rule(given: Partial<RuleDefinition> & Pick<RuleDefinition, 'key' | 'when'>) {
  const base = {
    criterion: 'hours',
    priority: 10,
    score: 50,
    weight: 60,
    message: 'Because.',
    review: false,
  };
  return { ...base, ...given, version: 1 };
}

const rulebook = (...rules: ReturnType<typeof rule>[]): Rulebook => ({
  kind,
  rules: compileRules(kind, rules),
  model: null,
  promptFor: null,
});

/** The result of one criterion of the test kind. */
async function resultOf(given: Facts, rules: ReturnType<typeof rule>[], criterion = 'hours') {
  const { criteria } = await judge(rulebook(...rules), 'subject', given);
  return criteria.find(({ id }) => id === criterion);
}

function faultOf(given: ReturnType<typeof rule>): RuleError {
  try {
    compileRules(kind, [given]);
  } catch (error) {
    if (error instanceof RuleError) return error;
  }
  throw new Error('the rule was taken');
}

describe('the rules of a criterion', () => {
  const enough = rule({ key: 'enough', priority: 20, when: 'week.hours >= 30.0', score: 90 });
  const some = rule({ key: 'some', priority: 30, when: 'week.hours >= 10.0', score: 40 });

  test('are tried by priority, and the first that holds decides', async () => {
    expect(await resultOf(facts({ hours: 35 }), [some, enough])).toMatchObject({
      score: 90,
      rule: { key: 'enough', version: 1 },
      decidedBy: 'rules',
    });
    expect(await resultOf(facts({ hours: 15 }), [some, enough])).toMatchObject({ score: 40 });
  });

  test('of the same priority are tried by their key', async () => {
    const [b, a] = ['b', 'a'].map((key) => rule({ key, when: 'true' }));
    expect((await resultOf(facts({}), [b, a] as never))?.rule?.key).toBe('a');
  });

  test('are passed over when they read a fact that nobody knows', async () => {
    const strict = rule({ key: 'strict', priority: 1, when: 'week.planned > 0.0 && week.hours > 1.0' });
    const result = await resultOf(facts({ hours: 35 }), [strict, enough]);
    expect(result).toMatchObject({ score: 90, evidence: [{ id: 'week.hours', value: 35 }] });
  });

  test('are passed over when their message reads a fact that nobody knows', async () => {
    const told = rule({ key: 'told', priority: 1, when: 'week.hours > 1.0', message: 'of {week.planned}' });
    expect((await resultOf(facts({ hours: 35 }), [told, enough]))?.rule?.key).toBe('enough');
  });

  test('that leave it open mean insufficient evidence, and the missing facts are named', async () => {
    expect(await resultOf(facts({}), [enough, some])).toEqual({
      id: 'hours',
      title: 'Hours',
      verdict: 'insufficient evidence',
      score: null,
      weight: 60,
      reason: 'Not known: tracked hours.',
      evidence: [{ id: 'week.hours', value: null }],
      decidedBy: null,
      rule: null,
    });
    expect((await resultOf(facts({ hours: 5 }), [enough, some]))?.reason).toBe(
      'No rule speaks about these facts.',
    );
    expect((await resultOf(facts({}), []))?.verdict).toBe('insufficient evidence');
  });

  test('tell their reason with the facts in it', async () => {
    const message =
      '{week.hours} of {week.planned} hours, {percent(week.hours, week.planned)} %, {dollars(market.size)}: {week.note}';
    const given = facts({ hours: 1234.56, planned: 2000, note: 'ok {x}' }, { size: 5_250_000 });
    expect((await resultOf(given, [rule({ key: 'told', when: 'true', message })]))?.reason).toBe(
      '1,234.6 of 2,000 hours, 62 %, $5.3M: ok {x}',
    );
  });

  test('that cannot be computed do not hold, and nothing breaks', async () => {
    const integers = rule({ key: 'integers', priority: 1, when: '1 / 0 > 0' });
    const nothing = rule({ key: 'nothing', priority: 2, when: 'week.hours / week.planned >= 0.5' });
    const share = rule({ key: 'share', priority: 3, when: 'percent(week.hours, week.planned) > 1.0' });
    const message = rule({
      key: 'message',
      priority: 4,
      when: 'true',
      message: '{week.hours / week.planned}',
    });
    const given = facts({ hours: 0, planned: 0 });
    expect((await resultOf(given, [integers, nothing, share, message]))?.verdict).toBe(
      'insufficient evidence',
    );
  });

  test('that divide by zero are no proof of anything, and a division by the number zero is refused', async () => {
    const given = facts({ hours: 5, planned: 0 });
    const infinite = rule({ key: 'infinite', when: 'week.hours / week.planned > 2.0' });
    expect((await resultOf(given, [infinite]))?.verdict).toBe('insufficient evidence');
    const guarded = rule({ key: 'guarded', when: 'week.planned == 0.0 || week.hours / week.planned > 2.0' });
    expect((await resultOf(given, [guarded]))?.verdict).toBe('scored');
    expect(faultOf(rule({ key: 'zero', when: '1.0 < week.hours / 0.0' }))).toMatchObject({
      fault: { field: 'when', message: 'divides by zero', start: 19 },
    });
  });

  test('match text by RE2, in time that grows with the text only', async () => {
    const hostile = `${'a'.repeat(4000)}!`;
    const evil = rule({ key: 'evil', when: 'week.note.matches("^(a+)+$")' });
    expect((await resultOf(facts({ note: hostile }), [evil]))?.verdict).toBe('insufficient evidence');
    const plain = rule({ key: 'plain', when: String.raw`week.note.matches("(?i)\\bship(ped|s)?\\b")` });
    expect((await resultOf(facts({ note: 'We Shipped it' }), [plain]))?.verdict).toBe('scored');
    expect(faultOf(rule({ key: 'ahead', when: 'week.note.matches("a(?=b)")' })).message).toContain('RE2');
  });

  test('with weight 0 are told but do not count', async () => {
    const away = rule({ key: 'away', when: 'week.away', score: 0, weight: 0, message: 'You were away.' });
    const market = rule({ key: 'market', criterion: 'market', when: 'true', score: 80, weight: 40 });
    const judged = await judge(rulebook(away, market), 'subject', facts({ away: true }));
    expect(judged.criteria[0]).toMatchObject({ verdict: 'scored', weight: 0, reason: 'You were away.' });
    expect(judged).toMatchObject({ score: 80, coverage: 1, grade: 'B' });
  });

  test('may ask for a person, with their reason', async () => {
    const odd = rule({ key: 'odd', when: 'week.hours > 100.0', message: 'Odd hours.', review: true });
    expect(await judge(rulebook(odd), 'subject', facts({ hours: 120 }))).toMatchObject({
      needsReview: true,
      reviewReasons: ['Odd hours.'],
    });
  });
});

describe('a rule that is wrong', () => {
  test.each([
    ['is not an expression', { when: 'week.hours >' }, 'when', 13],
    ['names a fact that is not there', { when: 'week.hours > 1.0 && week.nope > 1.0' }, 'when', 26],
    ['names a group that is not there', { when: 'weak.hours > 1.0' }, 'when', 1],
    ['compares a text with a number', { when: 'week.note > 1.0' }, 'when', 1],
    ['is no condition', { when: 'week.hours' }, 'when', 1],
    ['calls a function that is not there', { when: 'now() > 1.0' }, 'when', 1],
    ['reads a fact in a way that hides it', { when: 'true && week["hours"] > 1.0' }, 'when', 9],
    ['reads a group as a whole', { when: 'dyn(week).hours > 1.0' }, 'when', 5],
    ['has a wrong value in its message', { when: 'true', message: 'So {week.nope} h' }, 'message', 10],
    ['has a value in its message that is none', { when: 'true', message: 'So {[1, 2]}' }, 'message', 5],
  ] as const)('because it %s is refused with field and character', (_what, given, field, character) => {
    const error = faultOf(rule({ key: 'wrong', ...given }));
    expect(error.fault.field).toBe(field);
    expect(error.message).toMatch(new RegExp(`^Rule wrong, ${field}, character ${character}: \\S[^\\n]*$`));
  });

  test('because its criterion is none is refused with those there are', () => {
    expect(faultOf(rule({ key: 'lost', when: 'true', criterion: 'luck' })).message).toBe(
      'Rule lost, criterion, character 1: is not a criterion; there are hours, market',
    );
  });
});

describe('the total', () => {
  const hours = (score: number, weight = 60) => rule({ key: 'hours', when: 'true', score, weight });
  const market = rule({
    key: 'size',
    criterion: 'market',
    when: 'market.size > 0.0',
    score: 100,
    weight: 40,
  });

  test('is the weighted mean of what was scored', async () => {
    expect(await judge(rulebook(hours(50), market), 's', facts({}, { size: 1 }))).toMatchObject({
      score: 70,
      coverage: 1,
      confidence: 1,
      grade: 'B',
    });
  });

  test('says how much of the rubric it covers', async () => {
    expect(await judge(rulebook(hours(50), market), 's', facts({}))).toMatchObject({
      score: 50,
      coverage: 0.6,
    });
  });

  test('is not given when less than half of the rubric could be judged', async () => {
    expect(await judge(rulebook(hours(90, 20), market), 's', facts({}))).toMatchObject({
      score: null,
      coverage: 0.33,
      grade: 'insufficient evidence',
      needsReview: true,
      reviewReasons: ['Too little is known for a grade.'],
    });
  });

  test('is not given, and nobody has to look, when nothing counts on purpose', async () => {
    const excused = await judge(rulebook(hours(0, 0), { ...market, weight: 0 }), 's', facts({}, { size: 1 }));
    expect(excused).toMatchObject({
      score: null,
      coverage: 0,
      grade: 'insufficient evidence',
      needsReview: false,
    });
  });

  test('is looked at by a person when what does not count leaves the rest unknown', async () => {
    expect(await judge(rulebook(hours(0, 0)), 's', facts({}))).toMatchObject({ needsReview: true });
  });
});

test.each([
  [100, 'A'],
  [85, 'A'],
  [84.9, 'B'],
  [70, 'B'],
  [69.9, 'C'],
  [55, 'C'],
  [54.9, 'D'],
  [40, 'D'],
  [39.9, 'E'],
  [0, 'E'],
] as const)('%d points are grade %s', (score, grade) => {
  expect(gradeOf(score, 1)).toBe(grade);
  expect(gradeOf(score, 0.5)).toBe(grade);
  expect(gradeOf(score, 0.49)).toBe('insufficient evidence');
});
