import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { breaksLevel, casesNeeded, fitLevel, keepsLevel, type LabelledCase, type Level } from './level.ts';
import { changedParts } from './measured-with.ts';

const level = fc.record({
  confidence: fc.constantFrom(0.8, 0.9, 0.95, 0.99),
  agreement: fc.constantFrom(0.5, 0.8, 0.9, 0.95),
});
const labelled = fc.record({
  score: fc.integer({ min: 300, max: 1000 }).map((tenths) => tenths / 10),
  agreed: fc.integer({ min: 0, max: 19 }).map((drawn) => drawn > 0),
});
const cases = fc.array(labelled, { maxLength: 300 });

const agreeing = (count: number, score: number): LabelledCase[] =>
  Array.from({ length: count }, () => ({ score, agreed: true }));

describe('a level', () => {
  test('is kept at its threshold and at every stricter one that was tested', () => {
    fc.assert(
      fc.property(cases, level, (given, named) => {
        const { score, startsAt, points } = fitLevel(given, named);
        if (score === null) return;
        const tested = points.filter((point) => point.score <= (startsAt as number) && point.score >= score);
        expect(tested.length).toBeGreaterThan(0);
        for (const point of tested) {
          expect(point.isKept).toBe(true);
          expect(keepsLevel(named, point.agreed, point.cases)).toBe(true);
        }
        const next = points.find((point) => point.score === score - 1);
        expect(next?.isKept ?? false).toBe(false);
      }),
    );
  });

  test('does not depend on the order of cases, and no disagreement lowers its threshold', () => {
    fc.assert(
      fc.property(cases, level, fc.nat(), (given, named, pick) => {
        const { score } = fitLevel(given, named);
        expect(fitLevel(given.toReversed(), named).score).toBe(score);
        if (given.length === 0) return;
        const worse = given.with(pick % given.length, {
          ...(given[pick % given.length] as LabelledCase),
          agreed: false,
        });
        const after = fitLevel(worse, named).score;
        if (after !== null) expect(after).toBeGreaterThanOrEqual(score ?? Number.POSITIVE_INFINITY);
      }),
    );
  });

  test('tests what is chosen by counts alone: labels do not move its beginning', () => {
    fc.assert(
      fc.property(cases, level, (given, named) => {
        const flipped = given.map((one) => ({ ...one, agreed: !one.agreed }));
        expect(fitLevel(flipped, named).startsAt).toBe(fitLevel(given, named).startsAt);
      }),
    );
  });

  test('takes enough cases, the published 29 without and 61 with two disagreements', () => {
    const named: Level = { confidence: 0.95, agreement: 0.9 };
    expect([0, 1, 2].map((disagreements) => casesNeeded(named, disagreements))).toEqual([29, 46, 61]);
    expect(fitLevel(agreeing(60, 90), named)).toMatchObject({ score: null, startsAt: null });
    expect(fitLevel(agreeing(61, 90), named)).toMatchObject({ score: 50, startsAt: 90 });
  });

  test('stops at the first threshold that fails, whatever comes after', () => {
    const named: Level = { confidence: 0.95, agreement: 0.9 };
    const bad = Array.from({ length: 60 }, () => ({ score: 80, agreed: false }));
    const given = [...agreeing(100, 95), ...bad, ...agreeing(2_000, 60)];
    expect(fitLevel(given, named)).toMatchObject({ score: 81, startsAt: 95 });
  });

  test('is never kept and broken by the same cases', () => {
    fc.assert(
      fc.property(level, fc.integer({ min: 1, max: 500 }), fc.nat(500), (named, count, given) => {
        const agreed = Math.min(given, count);
        expect(keepsLevel(named, agreed, count) && breaksLevel(named, agreed, count)).toBe(false);
      }),
    );
    expect(breaksLevel({ confidence: 0.95, agreement: 0.9 }, 0, 0)).toBe(false);
  });
});

describe('what a level was measured with', () => {
  const withoutModel = { rules: { hours: 1 }, prompt: null, model: null, settings: {} };
  const read = { ...withoutModel, prompt: 'approval, version 2', model: 'gpt' };

  test('covers judgements that no model took part in', () => {
    expect(changedParts(withoutModel, withoutModel)).toEqual([]);
    expect(changedParts(read, withoutModel)).toEqual([]);
  });

  test('does not cover what a model read, where none or another one took part', () => {
    expect(changedParts(withoutModel, read)).toEqual(['prompt approval, version 2', 'model gpt']);
    expect(changedParts({ ...read, model: 'another' }, read)).toEqual(['model gpt']);
  });
});
