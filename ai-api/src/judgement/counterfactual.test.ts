import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { approvalKind } from '../modules/manager/approvals/kind.ts';
import { evaluationKind } from '../modules/manager/evaluations/kinds/builder.ts';
import { evaluator, findCounterfactuals, rankOf, type SearchBook, valuesOf } from './counterfactual.ts';
import { wouldHaveChanged } from './explain.ts';
import { type Facts, factAt, factPaths } from './facts.ts';
import { compileRules, defaultRules, judge, type Kind } from './index.ts';

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

/** The fewest facts whose change leads to something better, by trying every value of every set of them. */
function fewestByForce(book: SearchBook, facts: Facts, most: number): number | null {
  const ruledBy = evaluator(book, []);
  const base = rankOf(book, ruledBy(facts));
  const fields = factPaths(book.kind.vocabulary).flatMap((path) => {
    const [group = '', field = ''] = path.split('.');
    const changeable = book.kind.vocabulary[group]?.[field]?.changeable;
    return changeable
      ? [{ group, field, changeable, values: valuesOf(changeable, factAt(facts, path)) }]
      : [];
  });
  const isBounded = (after: Facts) => {
    const { goalsSet = null, goalsMet = null } = after.week ?? {};
    return typeof goalsSet !== 'number' || typeof goalsMet !== 'number' || goalsMet <= goalsSet;
  };
  const helps = (after: Facts, from: number, left: number): boolean => {
    if (left === 0) return isBounded(after) && rankOf(book, ruledBy(after)) > base;
    return fields
      .slice(from)
      .some(({ group, field, values }, index) =>
        values.some((to) =>
          helps({ ...after, [group]: { ...after[group], [field]: to } }, from + index + 1, left - 1),
        ),
      );
  };
  for (let size = 1; size <= most; size++) if (helps(facts, 0, size)) return size;
  return null;
}

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

  test('takes no more facts than it has to', () => {
    fc.assert(
      fc.property(facts, (given) => {
        const { changes, isComplete } = findCounterfactuals(book, given, []);
        const fewest = fewestByForce(book, given, 1);
        if (fewest === 1) expect(changes[0]?.facts).toHaveLength(1);
        else if (changes[0]) expect(changes[0].facts.length).toBeGreaterThan(1);
        if (!isComplete) return;
        if (changes.length === 0) expect(fewest).toBeNull();
      }),
      { numRuns: RUNS },
    );
  });
});
