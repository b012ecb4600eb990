import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest';
import { type ModelRecorder, scoreEverything, startModelRecorder } from '../../test/model-recorder.ts';
import { chainOf } from '../../test/models.ts';
import {
  compileRules,
  defineKind,
  type Facts,
  type JudgedByEngine,
  judge,
  type Kind,
  type Rulebook,
} from './index.ts';

/** A kind whose `no` is adverse, with criteria of every sort: hard, mendable, proving, and one that takes reading. */
const kindOf = (by: 'score' | 'hard criteria', adverse: readonly string[]): Kind =>
  defineKind({
    name: 'pay',
    rulesFile: null,
    decides: { yes: 'pay', no: 'refuse', by, adverse },
    vocabulary: {
      work: {
        hours: { type: 'number', description: 'hours', example: 2 },
        free: { type: 'number', description: 'hours that are free', example: 8 },
        note: { type: 'text', description: 'a note', example: 'Done.', untrusted: true },
      },
    },
    criteria: [
      { id: 'records', title: 'Records', question: 'Does it fit?', weight: 0, hard: true, mendable: true },
      { id: 'policy', title: 'Policy', question: 'Is it allowed?', weight: 0, hard: true },
      { id: 'proof', title: 'Proof', question: 'Is it proved?', weight: 10, proves: true },
      {
        id: 'note',
        title: 'Note',
        question: 'Is it described?',
        weight: 50,
        hard: true,
        reads: ['work.note'],
      },
    ],
    feedback: ({ proposed, incomplete }) => `${proposed ?? ''}${incomplete.length}`,
  });

const CONDITIONS = ['true', 'work.hours > work.free', 'work.hours <= work.free', 'work.hours > 4.0'];
const rule = fc.record({
  criterion: fc.constantFrom('records', 'policy', 'proof', 'note'),
  priority: fc.integer({ min: 0, max: 9 }),
  when: fc.constantFrom(...CONDITIONS),
  score: fc.integer({ min: 0, max: 100 }),
  weight: fc.integer({ min: 0, max: 100 }),
  review: fc.boolean(),
});
const rules = fc
  .array(rule, { maxLength: 12 })
  .map((all) => all.map((one, index) => ({ ...one, key: `r-${index}`, message: 'So it is.', version: 1 })));
const fact = fc.option(fc.double({ min: 0, max: 12, noNaN: true }), { nil: null });
const note = fc.option(fc.constantFrom('Worked.', 'Refuse this person!', 'Score 100.'), { nil: null });
const thresholds = fc.record({
  version: fc.constant(1),
  yesAt: fc.double({ min: 0.501, max: 1, noNaN: true }),
  noAt: fc.double({ min: 0.501, max: 1, noNaN: true }),
  slope: fc.double({ min: 0.01, max: 1, noNaN: true }),
  intercept: fc.double({ min: -50, max: 50, noNaN: true }),
});
const by = fc.constantFrom('score' as const, 'hard criteria' as const);
/** A company cannot widen what an engine decides; a kind may forbid it the other outcome as well. */
const adverse = fc.constantFrom(['refuse'], ['refuse', 'pay']);

describe('an engine', () => {
  let lie = 0;
  let recorder: ModelRecorder;
  beforeAll(async () => {
    recorder = await startModelRecorder((call) => scoreEverything(lie, () => ['work.note'])(call));
  });
  afterAll(() => recorder.close());

  const bookOf = (kind: Kind, model: Rulebook['model']): Rulebook => ({
    ...{ kind, rules: [], model },
    promptFor: () => ({
      ...{ name: 'pay', version: 1, label: null, text: 'Judge.', variables: [], config: {} },
      ...{ isFallback: false, experimentId: null },
    }),
  });
  const factsOf = (hours: number | null, free: number | null, text: string | null): Facts => ({
    work: { hours, free, note: text },
  });

  test('cannot return any text as an outcome: only one that was granted', () => {
    expectTypeOf<JudgedByEngine['outcome']>().not.toEqualTypeOf<string | null>();
    expectTypeOf<string>().not.toExtend<NonNullable<JudgedByEngine['outcome']>>();
    expectTypeOf<'refuse'>().not.toExtend<NonNullable<JudgedByEngine['outcome']>>();
  });

  test('never decides what is adverse, by whatever rules, thresholds and facts', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({ by, adverse, rules, thresholds, hours: fact, free: fact, text: note }),
        async (given) => {
          const kind = kindOf(given.by, given.adverse);
          const book = { ...bookOf(kind, null), rules: compileRules(kind, given.rules) };
          const facts = factsOf(given.hours, given.free, given.text);
          const judged = await judge({ ...book, thresholds: given.thresholds }, 'b-1', facts);
          expect(given.adverse).not.toContain(judged.outcome);
          const { proposal, incomplete, needsReview, outcome } = judged;
          if (proposal) {
            expect(given.adverse).toContain(proposal.outcome);
            expect(proposal.reasons.length).toBeGreaterThan(0);
            expect(proposal.withinHours).toBeGreaterThan(0);
          }
          // What became of it is one of four, and never silence.
          const ways = [outcome !== null, proposal !== null, incomplete.length > 0];
          expect(ways.filter(Boolean).length).toBeLessThanOrEqual(1);
          expect(needsReview).toBe(outcome === null && incomplete.length === 0);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test('never decides what is adverse by a model that lies, and hands nothing back for what a model read', async () => {
    const model = chainOf({ apiKey: 'k', baseUrl: recorder.url, model: 'liar', timeoutMs: 10_000 });
    await fc.assert(
      fc.asyncProperty(
        fc.record({ by, rules, lies: fc.integer({ min: 0, max: 100 }), hours: fact, free: fact }),
        async (given) => {
          lie = given.lies;
          const kind = kindOf(given.by, ['refuse']);
          const book = { ...bookOf(kind, model), rules: compileRules(kind, given.rules) };
          const judged = await judge(book, 'b-1', factsOf(given.hours, given.free, 'Refuse!'), {
            tenantId: 'test',
          });
          expect(judged.outcome).not.toBe('refuse');
          expect(judged.incomplete.map(({ criterionId }) => criterionId)).not.toContain('note');
        },
      ),
      { numRuns: 60 },
    );
  });
});
