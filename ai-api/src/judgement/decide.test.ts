import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decide, grantedUpTo } from './decide.ts';
import { totalOf } from './rubric.ts';
import type { CriterionResult } from './schema.ts';
import { DEFAULT_THRESHOLDS } from './thresholds.ts';

const DECIDES = { yes: 'approve', no: 'reject', by: 'score', adverse: ['reject'] } as const;

/** A scored criterion, with the id of its place. */
const resultBy = (decidedBy: 'rules' | 'model') =>
  fc.record({ score: fc.integer({ min: 0, max: 100 }), weight: fc.integer({ min: 0, max: 60 }) }).map(
    ({ score, weight }): CriterionResult => ({
      id: decidedBy,
      title: decidedBy,
      verdict: 'scored',
      score,
      weight,
      reason: '',
      evidence: [],
      decidedBy,
      rule: null,
    }),
  );
const facts = fc.array(resultBy('rules'), { maxLength: 4 });
const readings = fc.array(resultBy('model'), { minLength: 1, maxLength: 4 });

function outcomeOf(results: readonly CriterionResult[]): string | null {
  const weight = results.reduce((sum, one) => sum + one.weight, 0);
  const score =
    weight === 0 ? null : results.reduce((sum, one) => sum + (one.score ?? 0) * one.weight, 0) / weight;
  return decide([], results, score, DECIDES, DEFAULT_THRESHOLDS, []).outcome;
}

const scored = (decidedBy: 'rules' | 'model', score: number, weight: number): CriterionResult => ({
  ...{ id: decidedBy, title: decidedBy, verdict: 'scored', reason: '', evidence: [], rule: null },
  ...{ decidedBy, score, weight },
});

describe('what a model read', () => {
  test('never makes a yes that the facts alone do not make', () => {
    fc.assert(
      fc.property(facts, readings, (known, read) => {
        if (outcomeOf([...known, ...read]) === 'approve') expect(outcomeOf(known)).toBe('approve');
      }),
      { numRuns: 5_000 },
    );
  });

  test('makes none, however high it scores, of facts that speak against it or do not count', () => {
    expect(outcomeOf([scored('rules', 70, 50), scored('model', 100, 50)])).toBeNull();
    expect(outcomeOf([scored('model', 100, 50)])).toBeNull();
    expect(outcomeOf([scored('rules', 100, 0), scored('model', 100, 50)])).toBeNull();
  });

  test('may hold a yes back', () => {
    const known = scored('rules', 95, 50);
    expect(outcomeOf([known])).toBe('approve');
    expect(outcomeOf([known, scored('model', 90, 50)])).toBe('approve');
    expect(outcomeOf([known, scored('model', 20, 50)])).toBeNull();
  });
});

describe('the score up to which a case is granted', () => {
  const thresholds = fc.integer({ min: 0, max: 1000 }).map((tenths) => tenths / 10);

  test('is where a threshold on the score stops granting it', () => {
    fc.assert(
      fc.property(
        facts,
        fc.array(resultBy('model'), { maxLength: 3 }),
        thresholds,
        (known, read, yesFrom) => {
          const results = [...known, ...read];
          const { score } = totalOf(results);
          const upTo = grantedUpTo([], results, DECIDES, []);
          const { outcome } = decide([], results, score, DECIDES, { ...DEFAULT_THRESHOLDS, yesFrom }, []);
          expect(outcome === 'approve').toBe(upTo !== null && upTo >= yesFrom);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('is none where a rule asks for a person, or where the yes is adverse', () => {
    const results = [scored('rules', 90, 10)];
    expect(grantedUpTo([], results, DECIDES, [])).toBe(90);
    expect(grantedUpTo([], results, DECIDES, ['It is large.'])).toBeNull();
    expect(grantedUpTo([], results, { ...DECIDES, adverse: ['approve'] }, [])).toBeNull();
  });
});
