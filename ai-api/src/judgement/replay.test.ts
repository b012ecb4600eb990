import { describe, expect, test } from 'vitest';
import { compileRules, defineKind, type Facts } from './index.ts';
import type { PastJudgement } from './past.ts';
import { replay } from './replay.ts';
import type { RuleDefinition } from './rule.ts';

const kind = defineKind({
  name: 'test',
  rulesFile: new URL('file:///unused'),
  vocabulary: {
    week: {
      hours: { type: 'number', description: 'tracked hours', example: 38 },
      note: { type: 'text', description: 'the note', example: 'Done.', untrusted: true },
    },
  },
  criteria: [
    { id: 'hours', title: 'Hours', weight: 50, question: 'Enough hours?' },
    { id: 'note', title: 'Note', weight: 50, question: 'A good note?', reads: ['week.note'] },
  ],
  feedback: ({ grade }) => `Grade ${grade}`,
});

const rulebook = (score: number, weight = 50) => {
  const rule: RuleDefinition = {
    key: 'hours',
    criterion: 'hours',
    priority: 1,
    when: 'week.hours >= 30.0',
    score,
    weight,
    message: 'Because.',
    review: false,
  };
  return { kind, rules: compileRules(kind, [{ ...rule, version: 2 }]), model: null, promptFor: null };
};

function past(judgementId: string, hours: number, noteScore: number | null): PastJudgement {
  const facts: Facts = { week: { hours, note: 'Done.' } };
  const note = {
    id: 'note',
    title: 'Note',
    verdict: 'scored' as const,
    score: noteScore,
    weight: 50,
    reason: 'Read.',
    evidence: [],
    decidedBy: 'model' as const,
    rule: null,
  };
  return {
    judgementId,
    subjectId: `of ${judgementId}`,
    facts,
    criteria: noteScore === null ? [] : [note],
    grade: 'A',
    outcome: null,
    proposed: null,
    incomplete: false,
    score: 90,
    needsReview: false,
    testimony: null,
    wasAsked: noteScore !== null,
    promptVersion: 1,
    isGradeProposed: false,
    createdAt: new Date(0),
    human: null,
  };
}

describe('past judgements, judged again by other rules', () => {
  test('keep what a model answered, without asking it again', async () => {
    const result = await replay([past('1', 40, 80), past('2', 40, 100)], {
      after: rulebook(100),
      before: null,
      concurrency: 4,
    });
    expect(result.cases.map(({ after }) => [after?.grade, after?.score])).toEqual([
      ['A', 90],
      ['A', 100],
    ]);
    expect(result).toMatchObject({ changed: 0, failed: 0, isComplete: true, tokensIn: 0 });
  });

  test('tell which outcomes change', async () => {
    const result = await replay([past('1', 40, 80), past('2', 40, null)], {
      after: rulebook(0),
      before: null,
      concurrency: 1,
    });
    expect(
      result.cases.map(({ past: { judgementId }, before, after }) => [
        judgementId,
        before.grade,
        after?.grade,
      ]),
    ).toEqual([
      ['1', 'A', 'D'],
      ['2', 'A', 'E'],
    ]);
    expect(result.changed).toBe(2);
  });

  test('that were only proposed count as what the engine judged', async () => {
    const proposed = { ...past('1', 40, 80), needsReview: true, isGradeProposed: true };
    const same = await replay([proposed], { after: rulebook(100), before: null, concurrency: 1 });
    expect(same).toMatchObject({ changed: 0, cases: [{ before: { grade: 'A', needsReview: false } }] });
    const other = await replay([proposed], { after: rulebook(0), before: null, concurrency: 1 });
    expect(other).toMatchObject({ changed: 1, cases: [{ before: { grade: 'A' }, after: { grade: 'D' } }] });
  });

  test('are done as far as there was time', async () => {
    const controller = new AbortController();
    const many = Array.from({ length: 20 }, (_, index) => past(String(index), 40, 80));
    const result = await replay(many, {
      after: rulebook(100),
      before: null,
      concurrency: 1,
      context: { tenantId: 'test', signal: controller.signal },
      onCase: (done) => {
        if (done === 5) controller.abort();
      },
    });
    expect(result.cases).toHaveLength(5);
    expect(result.isComplete).toBe(false);
  });
});
