import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { approvalKind } from '../modules/manager/approvals/kind.ts';
import { evaluationKind } from '../modules/manager/evaluations/kinds/builder.ts';
import { projectKind } from '../modules/manager/evaluations/kinds/project.ts';
import { PROJECT_STATUSES, STAGES } from '../modules/shared/people/rows.ts';
import { factAt, factPaths } from './facts.ts';
import { compileRules, defaultRules, type Facts, judge, type Rulebook } from './index.ts';

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

test.each([
  ['few hours on many days', { hoursWorked: 3, activeDays: 7 }],
  ['more hours than a week can have', { hoursWorked: 132.8, activeDays: 6 }],
  ['results without hours', { hoursWorked: 0, activeDays: 5, goalsMet: 2 }],
])('hours that contradict the other figures are not scored: %s', async (_what, week) => {
  const { rulebook } = defaults[0] as (typeof defaults)[number];
  const given = {
    ...Object.fromEntries(Object.keys(evaluationKind.vocabulary).map((group) => [group, {}])),
    week: { goalsMet: 1, goalsSet: 2, ...week },
    builder: { onLeave: false, plannedHours: 20 },
    data: { gaps: 0 },
  } as Facts;
  const { criteria, needsReview } = await judge(rulebook, 'subject', given);
  expect(criteria.find(({ id }) => id === 'hours')).toMatchObject({
    weight: 0,
    reason: expect.stringMatching(/being checked and (is|are) not scored/),
  });
  expect(needsReview).toBe(true);
});

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

test('no reason speaks to the person who is judged: others read it too', async () => {
  const kinds = [evaluationKind, projectKind, approvalKind];
  const messages = (await Promise.all(kinds.map(defaultRules))).flat().map(({ message }) => message);
  expect(messages.filter((message) => /\b(you|your|we|our)\b/i.test(message))).toEqual([]);
});

test('a quality that is good stays good where the number of entries is not known', async () => {
  const { rulebook } = defaults[0] as (typeof defaults)[number];
  const given = {
    ...Object.fromEntries(Object.keys(evaluationKind.vocabulary).map((group) => [group, {}])),
    builder: { onLeave: false },
  } as Facts;
  expect(await scoreWith(rulebook, given, 'brainlift', { brainliftQuality: 70, brainliftEntries: 6 })).toBe(
    80,
  );
  expect(
    await scoreWith(rulebook, given, 'brainlift', { brainliftQuality: 70, brainliftEntries: null }),
  ).toBe(80);
});
