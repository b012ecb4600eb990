import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { foundBySearch, smallestByForce } from '../../test/by-force.ts';
import { approvalKind } from '../modules/manager/approvals/kind.ts';
import { evaluationKind } from '../modules/manager/evaluations/kinds/builder.ts';
import { evaluator, findCounterfactuals, rankOf, type SearchBook } from './counterfactual.ts';
import { wouldHaveChanged } from './explain.ts';
import type { Facts } from './facts.ts';
import { compileRules, defaultRules, defineKind, judge, type Kind } from './index.ts';

const RUNS = Number(process.env.EXPLANATIONS ?? 100);

async function bookOf(kind: Kind): Promise<SearchBook> {
  const rules = (await defaultRules(kind)).map((rule) => ({ ...rule, version: 1 }));
  return { kind, rules: compileRules(kind, rules) };
}

const int = (min: number, max: number) => fc.integer({ min, max });
const orUnknown = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: null, freq: 9 });

const weeks: fc.Arbitrary<Facts> = fc.record({
  builder: fc.record({ plannedHours: int(20, 40), weeksSinceStart: int(0, 60), onLeave: fc.boolean() }),
  week: fc.record({
    hoursWorked: orUnknown(int(0, 60)),
    activeDays: orUnknown(int(0, 7)),
    brainliftQuality: orUnknown(int(0, 100)),
    brainliftEntries: orUnknown(int(0, 10)),
    goalsSet: orUnknown(int(5, 10)),
    goalsMet: orUnknown(int(0, 5)),
    note: fc.constantFrom(null, 'ok'),
  }),
  trend: fc.record({
    weeks: int(0, 4),
    hoursMean: orUnknown(int(0, 50)),
    brainliftMean: orUnknown(int(0, 100)),
    goalShareMean: orUnknown(fc.double({ min: 0, max: 1, noNaN: true })),
  }),
  projects: fc.record({ count: int(0, 3), graded: int(0, 3), meanScore: orUnknown(int(0, 100)) }),
  data: fc.record({ gaps: int(0, 6) }),
});

const requests: fc.Arbitrary<Facts> = fc.record({
  request: fc.record({
    hours: int(1, 60).map((quarters) => quarters / 4),
    daysAgo: int(-3, 50),
    category: fc.constantFrom('meeting', 'research', 'other'),
    hasSpan: fc.boolean(),
    overlapMinutes: fc.constantFrom(0, 0, 30),
    duplicates: fc.constantFrom(0, 0, 1),
    attachments: fc.constant(0),
    justification: fc.constant('Wrote the plan.'),
    textScreening: fc.constantFrom('none', 'has markup or code'),
  }),
  day: fc.record({ trackedHours: int(0, 10), requestedHours: int(0, 3), length: fc.constant(24) }),
  week: fc.record({ trackedHours: int(0, 45), approvedHours: int(0, 5), plannedHours: fc.constant(40) }),
  builder: fc.record({ status: fc.constantFrom('active', 'left'), onLeave: fc.boolean() }),
  project: fc.record({
    named: fc.boolean(),
    status: fc.constantFrom('active', 'paused'),
    isMember: fc.boolean(),
    hasBudget: fc.boolean(),
    remainingHours: int(0, 12),
  }),
  history: fc.record({ decided: int(0, 12), approvedShare: fc.constantFrom(0.2, 0.7, 0.95) }),
  limits: fc.constant({ weeklyCapHours: 50, oldestDays: 30, autoApproveHours: 4, routineHours: 1 }),
});

describe.each([
  ['a week', evaluationKind, weeks],
  ['a request', approvalKind, requests],
] as const)('what would have changed the judgement of %s', (_what, kind, facts) => {
  let book: SearchBook;
  beforeAll(async () => {
    book = await bookOf(kind);
  });

  test('is true when it is judged again, is better, and changes what may be changed only', async () => {
    let explained = 0;
    await fc.assert(
      fc.asyncProperty(facts, async (given) => {
        const judged = await judge({ ...book, model: null, promptFor: null }, 's-1', given);
        const before = evaluator(book, judged.criteria)(given);
        const said = await wouldHaveChanged(book, judged, given);
        expect(said).toMatchObject({ isReproduced: true, refuted: 0 });
        const { changes } = findCounterfactuals(book, given, judged.criteria);
        expect(said.changes).toHaveLength(changes.length);
        explained += said.changes.length;
        for (const { facts: changed, after } of changes) {
          expect(rankOf(book, after)).toBeGreaterThan(rankOf(book, before));
          for (const { path } of changed) {
            const [group = '', field = ''] = path.split('.');
            expect(kind.vocabulary[group]?.[field]).toHaveProperty('changeable');
          }
        }
      }),
      { numRuns: RUNS },
    );
    expect(explained).toBeGreaterThan(RUNS / 50);
  });

  test('is the smallest, by every value of every set of up to three facts', () => {
    fc.assert(
      fc.property(facts, (given) => {
        const { found, isComplete } = foundBySearch(book, given);
        expect(isComplete).toBe(true);
        expect(found).toEqual(smallestByForce(book, given));
      }),
      { numRuns: Math.ceil(RUNS / 5) },
    );
  });
});

/** Four facts, one of them bounded by another, which random rules read alone and together. */
const small = defineKind({
  name: 'small',
  vocabulary: {
    f: {
      a: { type: 'number', description: 'a', example: 1, changeable: { least: 0, most: 5, step: 1 } },
      b: {
        type: 'number',
        description: 'b',
        example: 1,
        changeable: { least: 0, most: 5, step: 1, only: 'more' },
      },
      c: {
        type: 'number',
        description: 'c',
        example: 1,
        changeable: { least: 0, most: 5, step: 1, notAbove: 'f.a' },
      },
      d: { type: 'text', description: 'd', example: 'x', changeable: { values: ['x', 'y', 'z'] } },
    },
  },
  criteria: [
    { id: 'one', title: 'One', weight: 40, question: '' },
    { id: 'two', title: 'Two', weight: 60, question: '' },
  ],
  rulesFile: null,
  feedback: () => '',
});

const number = fc.constantFrom('f.a', 'f.b', 'f.c');
const value = fc.oneof(
  number,
  fc.tuple(number, fc.constantFrom('+', '*', '/', '-'), number).map((parts) => parts.join(' ')),
);
const condition = fc.oneof(
  fc
    .tuple(value, fc.constantFrom('>=', '<', '=='), int(0, 8))
    .map(([of, sign, to]) => `${of} ${sign} ${to}.0`),
  fc.constantFrom('x', 'y', 'z').map((text) => `f.d == '${text}'`),
);
const randomRules = fc.array(
  fc.record({
    criterion: fc.constantFrom('one', 'two'),
    when: fc.tuple(condition, fc.constantFrom('&&', '||'), condition).map((parts) => parts.join(' ')),
    message: fc.constantFrom('It is so.', 'By {f.a / f.b}.'),
    score: fc.constantFrom(0, 30, 60, 75, 90, 100),
    weight: fc.constantFrom(0, 20, 60),
  }),
  { minLength: 1, maxLength: 10 },
);
const smallFacts: fc.Arbitrary<Facts> = fc.record({
  f: fc.record({
    a: orUnknown(int(0, 5)),
    b: orUnknown(int(0, 5)),
    c: orUnknown(int(0, 5)),
    d: fc.constantFrom('x', 'y', 'z'),
  }),
});

test('the smallest changes under random rules are those that trying everything finds', () => {
  const sizes = new Map<number, number>();
  fc.assert(
    fc.property(randomRules, smallFacts, (given, facts) => {
      const rules = given.map((rule, index) => ({
        ...rule,
        key: `r-${index}`,
        kind: 'small',
        priority: index,
        review: false,
        version: 1,
      }));
      const book = { kind: small, rules: compileRules(small, rules) };
      const { found, isComplete } = foundBySearch(book, facts);
      expect(isComplete).toBe(true);
      expect(found).toEqual(smallestByForce(book, facts));
      const [names] = Object.keys(found);
      if (names) sizes.set(names.split(' + ').length, (sizes.get(names.split(' + ').length) ?? 0) + 1);
    }),
    { numRuns: RUNS * 5 },
  );
  expect([...sizes.keys()]).toEqual(expect.arrayContaining([1, 2]));
});
