import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SAMPLE_WEEK, startApi, type TestApi } from '../../../../test/api.ts';
import { createTestDatabase, type TestDatabase } from '../../../../test/databases.ts';
import { evaluate, smallCompany } from '../../../../test/runs.ts';
import { staff } from '../../../../test/staff.ts';
import { ApiError, type Client } from '../../../catalogue/client.ts';
import type { Grade } from '../../../judgement/index.ts';

const REASON = 'This is the reason that was given.';
/** Executives; the first is a builder too, so that she may not decide about herself. */
const DECIDERS = ['b-1', 'x-1', 'x-2'] as const;
const BUILDERS = ['b-1', 'b-2', 'b-3'] as const;

type Decider = (typeof DECIDERS)[number];
type Builder = (typeof BUILDERS)[number];
type Step =
  | { do: 'contest'; builder: Builder; by: Builder }
  | { do: 'withdraw'; builder: Builder; by: Builder }
  | { do: 'decide'; builder: Builder; by: Decider; change: boolean }
  | { do: 'override'; builder: Builder; by: Decider };

/** What a week is by the rules in docs/accountability.md: small enough to be read beside them. */
interface Week {
  grade: Exclude<Grade, 'insufficient evidence'>;
  open: boolean;
  /** Who decided the judgement in force, or one before it. */
  decidedBy: Set<Decider>;
  withdrawn: number;
  /** A contest decided it: no further one. */
  final: boolean;
}

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: mostlyOwn() },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('withdraw' as const), ...people() }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('decide' as const), ...deciders(), change: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('override' as const), ...overriders() }) },
);
/** Mostly by the builder themselves, at times by another one. */
function mostlyOwn() {
  const other = fc.oneof(
    { weight: 3, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.constantFrom(...BUILDERS) },
  );
  return fc
    .tuple(fc.constantFrom(...BUILDERS), other)
    .map(([builder, by]) => ({ do: 'contest' as const, builder, by: by ?? builder }));
}
function people() {
  return { builder: fc.constantFrom(...BUILDERS), by: fc.constantFrom(...BUILDERS) };
}
/** Of another's week. */
function overriders() {
  return { builder: fc.constantFrom(...BUILDERS), by: fc.constantFrom(...DECIDERS.slice(1)) };
}
function deciders() {
  return { builder: fc.constantFrom(...BUILDERS), by: fc.constantFrom(...DECIDERS) };
}

/** Whether the rules allow a step, and the week after it. */
function allowed(week: Week, one: Step): Week | null {
  switch (one.do) {
    case 'contest':
      return one.by === one.builder && !week.open && !week.final && week.withdrawn < 2
        ? { ...week, open: true }
        : null;
    case 'withdraw':
      return one.by === one.builder && week.open
        ? { ...week, open: false, withdrawn: week.withdrawn + 1 }
        : null;
    case 'decide':
      if (!week.open || one.by === one.builder || week.decidedBy.has(one.by)) return null;
      return one.change
        ? { ...week, open: false, final: true, grade: 'A', decidedBy: new Set([...week.decidedBy, one.by]) }
        : { ...week, open: false, final: true };
    case 'override':
      if (week.open) return null;
      return {
        ...{ open: false, grade: 'C', withdrawn: 0, final: false },
        decidedBy: new Set([...week.decidedBy, one.by]),
      };
  }
}

describe('contests against a model of their rules', () => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  const clients = new Map<string, Client>();
  const who = (id: string) => clients.get(id) as Client;

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    api = await startApi(testDatabase);
    for (const id of new Set([...DECIDERS, ...BUILDERS])) {
      const roles = (DECIDERS as readonly string[]).includes(id)
        ? (['executive'] as const)
        : ['builder' as const];
      clients.set(id, await staff(api, `${id}@sample-company.example`, [...roles], `Person ${id}`));
    }
    await api.client.people.import(smallCompany(BUILDERS.length));
    await api.client.tenant.update({ answerWindowHours: 0 });
    await evaluate(api.client);
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
  });

  async function inForce(builderId: Builder) {
    const { items } = await api.client.evaluation.list({ builderId });
    const { evaluationId = '' } = items[0] ?? {};
    const { judgement } = await api.client.evaluation.get({ evaluationId });
    return { evaluationId, judgementId: judgement?.judgementId ?? '', grade: judgement?.grade };
  }

  async function carryOut(one: Step): Promise<void> {
    const { evaluationId, judgementId } = await inForce(one.builder);
    const reason = REASON;
    if (one.do === 'contest') await who(one.by).contest.create({ judgementId, reason });
    if (one.do === 'override')
      await who(one.by).evaluation.override({ evaluationId, judgementId, grade: 'C', reason });
    if (one.do === 'contest' || one.do === 'override') return;
    const { items } = await api.client.contest.list({ judgementId });
    const { contestId = judgementId, version = 1 } = items[0] ?? {};
    if (one.do === 'withdraw') await who(one.by).contest.withdraw({ contestId, version });
    else
      await who(one.by).contest.decide({
        ...{ contestId, version, reason },
        ...(one.change ? { decision: 'change', grade: 'A' } : { decision: 'uphold' }),
      });
  }

  /** Gives every week a new judgement of a person, so that each sequence begins alike. */
  async function begin(): Promise<Map<Builder, Week>> {
    const weeks = new Map<Builder, Week>();
    for (const builder of BUILDERS) {
      const { items } = await api.client.contest.list({ builderId: builder, state: 'open' });
      for (const { contestId, version } of items) await who(builder).contest.withdraw({ contestId, version });
      await carryOut({ do: 'override', builder, by: 'x-1' });
      const decidedBy = await decidersOf(builder);
      weeks.set(builder, { grade: 'C', open: false, decidedBy, withdrawn: 0, final: false });
    }
    return weeks;
  }

  async function decidersOf(builder: Builder): Promise<Set<Decider>> {
    const found = new Set<Decider>();
    const rows = await api.context.database
      .system('the test looks behind the API')
      .selectFrom('judgement.judgements')
      .select(['id', 'supersedes', 'decided_by'])
      .where('subject_id', '=', builder)
      .execute();
    for (const { decided_by } of rows)
      for (const id of DECIDERS) if (decided_by === `Person ${id}`) found.add(id);
    return found;
  }

  test('no one decides a contest of their own, or of what they decided before, and effects are suspended exactly while open', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 14 }), async (steps) => {
        const weeks = await begin();
        for (const one of steps) {
          const week = weeks.get(one.builder) as Week;
          const next = allowed(week, one);
          const done = await carryOut(one).then(
            () => true,
            (error: unknown) => {
              if (!(error instanceof ApiError)) throw error;
              return false;
            },
          );
          expect({ ...one, done }).toEqual({ ...one, done: next !== null });
          if (next) weeks.set(one.builder, next);
          const { items } = await api.client.performance.team({ week: SAMPLE_WEEK });
          for (const [builderId, { open, grade }] of weeks)
            expect(items.find((row) => row.builderId === builderId)).toMatchObject({
              contested: open,
              grade: open ? null : grade,
            });
        }
      }),
      { numRuns: 12 },
    );
    const contests = await api.context.database
      .system('the test looks behind the API')
      .selectFrom('contests.contests')
      .selectAll()
      .execute();
    expect(contests.length).toBeGreaterThan(5);
    for (const { decided_user, opened_user } of contests) expect(decided_user).not.toBe(opened_user);
  }, 120_000);
});
