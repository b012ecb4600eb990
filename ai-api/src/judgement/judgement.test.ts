import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evaluationKind } from '../modules/manager/evaluations/kinds/builder.ts';
import { projectKind } from '../modules/manager/evaluations/kinds/project.ts';
import { PROJECT_STATUSES, STAGES } from '../modules/shared/people/rows.ts';
import { factAt, factPaths } from './facts.ts';
import { gradeOf } from './grade.ts';
import { compileRules, defaultRules, defineKind, type Facts, judge, type Rulebook } from './index.ts';
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
    const excused = await judge(rulebook(hours(0, 0), { ...market, weight: 0 }), 's', facts({}));
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

const defaults = await Promise.all(
  [evaluationKind, projectKind].map(async (own) => {
    const rules = compileRules(
      own,
      (await defaultRules(own)).map((definition) => ({ ...definition, version: 1 })),
    );
    return { name: own.name, kind: own, rules, rulebook: { kind: own, rules, model: null, promptFor: null } };
  }),
);

const known: Record<string, fc.Arbitrary<string>> = {
  'project.status': fc.constantFrom(...PROJECT_STATUSES),
  'project.stage': fc.constantFrom(...STAGES),
};
const figure = fc.oneof(
  fc.nat({ max: 12 }),
  fc.nat({ max: 120 }),
  fc.double({ min: 0, max: 1e14, noNaN: true }),
);

/** Facts of a kind; each is unknown at times unless `complete`. */
function factsOf(own: Rulebook['kind'], complete: boolean): fc.Arbitrary<Facts> {
  const groups = Object.entries(own.vocabulary).map(([group, fields]) => {
    const values = Object.entries(fields).map(([field, { type }]) => {
      const text = known[`${group}.${field}`] ?? fc.string({ maxLength: 40 });
      const value: fc.Arbitrary<unknown> = type === 'number' ? figure : type === 'flag' ? fc.boolean() : text;
      return [field, complete ? value : fc.option(value, { freq: 3 })] as const;
    });
    return [group, fc.record(Object.fromEntries(values))] as const;
  });
  return fc.record(Object.fromEntries(groups)) as fc.Arbitrary<Facts>;
}

function without(given: Facts, path: string): Facts {
  const [group = '', field = ''] = path.split('.');
  return { ...given, [group]: { ...given[group], [field]: null } };
}

describe.each(defaults)('the default rules of $name', ({ kind: own, rules, rulebook: table }) => {
  const vocabulary = new Set(factPaths(own.vocabulary));

  test('judge any facts within bounds, by known evidence only, and always the same', async () => {
    await fc.assert(
      fc.asyncProperty(factsOf(own, false), async (given) => {
        const judged = await judge(table, 'subject', given);
        expect(await judge(table, 'subject', given)).toEqual(judged);
        expect(judged.engine).toBe('rules');
        expect(judged.score === null || (judged.score >= 0 && judged.score <= 100)).toBe(true);
        expect(judged.coverage).toBeGreaterThanOrEqual(0);
        expect(judged.coverage).toBeLessThanOrEqual(1);
        expect(judged.score === null).toBe(judged.grade === 'insufficient evidence');
        expect(judged.criteria.map(({ id }) => id)).toEqual(own.criteria.map(({ id }) => id));
        for (const { verdict, score, evidence, reason } of judged.criteria) {
          expect(score === null).toBe(verdict !== 'scored');
          expect(reason).toMatch(/\S/);
          expect(reason).not.toMatch(/NaN|∞|null|undefined/);
          for (const { id, value } of evidence) {
            expect(vocabulary).toContain(id);
            expect(value).toBe(factAt(given, id));
            if (verdict === 'scored') expect(value).not.toBeNull();
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  test('never score a criterion by a fact that was taken away', async () => {
    const paths = fc.constantFrom(...vocabulary);
    await fc.assert(
      fc.asyncProperty(factsOf(own, true), paths, async (given, path) => {
        for (const { rule: by, id } of (await judge(table, 'subject', without(given, path))).criteria) {
          const compiled = rules.find(({ rule: { key } }) => key === by?.key);
          expect(compiled?.paths ?? [], `${id} by ${by?.key}`).not.toContain(path);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('leave nothing open when every figure is known, but what takes reading', async () => {
    const earlier = { weeks: 2 };
    await fc.assert(
      fc.asyncProperty(factsOf(own, true), async (given) => {
        const complete = { ...given, trend: { ...given.trend, ...earlier } };
        const open = (await judge(table, 'subject', complete)).criteria.filter(
          ({ verdict }) => verdict !== 'scored',
        );
        const toRead = own.criteria.filter(({ reads }) => reads).map(({ id }) => id);
        expect(toRead).toEqual(expect.arrayContaining(open.map(({ id }) => id)));
      }),
      { numRuns: 500 },
    );
  });

  test('score nothing when nothing is known', async () => {
    const nothing = [...vocabulary].reduce(without, {} as Facts);
    expect(await judge(table, 'subject', nothing)).toMatchObject({
      score: null,
      coverage: 0,
      grade: 'insufficient evidence',
      needsReview: true,
    });
  });
});

/** The score of one criterion when one fact is changed. */
async function scoreWith(table: Rulebook, given: Facts, criterion: string, week: Facts[string]) {
  const changed = { ...given, week: { ...given.week, ...week } };
  return (await judge(table, 'subject', changed)).criteria.find(({ id }) => id === criterion)?.score ?? 0;
}

describe('doing more never costs points:', () => {
  const [builders, projects] = defaults.map(({ rulebook: table }): Rulebook => table) as [Rulebook, Rulebook];

  test.each([
    ['a builder', builders],
    ['a project', projects],
  ])('more goals met by %s, up to the goals set', async (_who, table) => {
    const goals = fc.tuple(fc.nat({ max: 30 }), fc.nat({ max: 30 }), fc.nat({ max: 30 }));
    await fc.assert(
      fc.asyncProperty(factsOf(table.kind, true), goals, async (given, numbers) => {
        const [fewer, more, goalsSet] = numbers.toSorted((a, b) => a - b) as [number, number, number];
        const low = await scoreWith(table, given, 'goals', { goalsSet, goalsMet: fewer });
        const high = await scoreWith(table, given, 'goals', { goalsSet, goalsMet: more });
        expect(high).toBeGreaterThanOrEqual(low);
      }),
      { numRuns: 500 },
    );
  });

  test('more hours worked, up to the plan', async () => {
    const plan = fc.double({ min: 1, max: 100, noNaN: true });
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    await fc.assert(
      fc.asyncProperty(factsOf(builders.kind, true), plan, share, share, async (given, planned, a, b) => {
        const planning = { ...given, builder: { ...given.builder, plannedHours: planned } };
        const score = (part: number) =>
          scoreWith(builders, planning, 'hours', { hoursWorked: part * planned });
        expect(await score(Math.max(a, b))).toBeGreaterThanOrEqual(await score(Math.min(a, b)));
      }),
      { numRuns: 500 },
    );
  });
});
