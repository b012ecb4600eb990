import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PastJudgement } from '../../../judgement/index.ts';
import { splitCases } from './sets.ts';

const cases = fc
  .array(fc.record({ person: fc.nat(20), at: fc.nat(1_000_000) }), { maxLength: 120 })
  .map((drawn) =>
    drawn.map(
      ({ person, at }, index): PastJudgement => ({
        judgementId: `j-${index}`,
        subjectId: `b-${person}`,
        facts: {},
        criteria: [],
        grade: 'A',
        outcome: null,
        proposed: null,
        incomplete: false,
        score: 90,
        needsReview: false,
        testimony: null,
        wasAsked: true,
        promptVersion: 1,
        isGradeProposed: false,
        createdAt: new Date(at),
        human: { grade: 'B', outcome: null, reason: null },
      }),
    ),
  );

describe('cases that a better prompt is measured on', () => {
  test('are never among those it was learned from, and are always the same', () => {
    fc.assert(
      fc.property(cases, fc.constantFrom('time' as const, 'person' as const), (corrected, by) => {
        const sets = splitCases(corrected, [], by, 200);
        expect(sets.failures.filter((id) => sets.heldOut.includes(id))).toEqual([]);
        expect(splitCases(corrected, [], by, 200)).toEqual(sets);
        expect(sets.failures.length).toBeLessThanOrEqual(20);
      }),
    );
  });

  test('are newer than those it was learned from, or of other people', () => {
    fc.assert(
      fc.property(cases, (corrected) => {
        const find = (ids: string[]) => corrected.filter(({ judgementId }) => ids.includes(judgementId));
        const byTime = splitCases(corrected, [], 'time', 200);
        const oldest = Math.min(...find(byTime.heldOut).map(({ createdAt }) => createdAt.getTime()));
        for (const { createdAt } of find(byTime.failures))
          expect(createdAt.getTime()).toBeLessThanOrEqual(oldest);
        const byPerson = splitCases(corrected, [], 'person', 200);
        const people = new Set(find(byPerson.heldOut).map(({ subjectId }) => subjectId));
        for (const { subjectId } of find(byPerson.failures)) expect(people.has(subjectId)).toBe(false);
      }),
    );
  });
});
