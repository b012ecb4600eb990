import { describe, expect, test } from 'vitest';
import { compileRules, defaultRules, type Facts, judge } from '../../../../judgement/index.ts';
import { evaluationKind } from './builder.ts';
import { feedbackFor } from './feedback.ts';

const rules = compileRules(
  evaluationKind,
  (await defaultRules(evaluationKind)).map((rule) => ({ ...rule, version: 1 })),
);
const week = {
  hoursWorked: 39,
  activeDays: 5,
  brainliftQuality: 70,
  brainliftEntries: 5,
  goalsSet: 4,
  goalsMet: 1,
  note: null,
};

function factsOf(changes: Partial<Record<keyof typeof week, number | null>>): Facts {
  const known = { ...week, ...changes };
  const gaps = Object.entries(known).filter(([name, value]) => name !== 'note' && value === null).length;
  return {
    builder: { plannedHours: 40, weeksSinceStart: 30, onLeave: false },
    week: known,
    trend: { weeks: 0, hoursMean: null, brainliftMean: null, goalShareMean: null },
    projects: { count: 0, graded: 0, meanScore: null },
    data: { gaps },
  };
}

const judged = (changes: Parameters<typeof factsOf>[0]) =>
  judge({ kind: evaluationKind, rules, model: null, promptFor: null }, 'b-1', factsOf(changes));

/** The lines below a heading of the feedback. */
function below(feedback: string, heading: string): string {
  return feedback.split('\n\n').find((paragraph) => paragraph.startsWith(heading)) ?? '';
}

describe('what a builder reads about a week', () => {
  test('never has a figure that did not arrive under what to work on, nor in the score', async () => {
    const { feedback, criteria } = await judged({ activeDays: null, brainliftEntries: null });
    expect(below(feedback, 'What to work on')).toContain('Goals met');
    expect(below(feedback, 'What to work on')).not.toMatch(/Data|arrive/);
    expect(below(feedback, 'For your information, not counted')).toContain(
      '2 of 6 weekly figures did not arrive',
    );
    expect(criteria.find(({ id }) => id === 'data')?.weight).toBe(0);
  });

  test('does not score figures that contradict each other, and says that they are checked', async () => {
    const contradicting = await judged({ goalsMet: 11 });
    const missed = await judged({});
    expect(below(contradicting.feedback, 'What to work on')).not.toContain('Goals');
    expect(below(contradicting.feedback, 'For your information')).toContain(
      'are being checked and are not scored',
    );
    expect(contradicting.criteria.find(({ id }) => id === 'goals')?.weight).toBe(0);
    expect(contradicting.score).toBeGreaterThan(missed.score ?? 100);
  });

  test('keeps the reasons of rules below what a model says', async () => {
    const { grade, score, coverage, criteria, facts } = await judged({});
    const shared = { grade, score, coverage, criteria, facts, outcome: null, proposed: null, incomplete: [] };
    const alone = feedbackFor({ ...shared, modelFeedback: null });
    expect(feedbackFor({ ...shared, modelFeedback: 'A good week.' })).toBe(`A good week.\n\n${alone}`);
    expect(alone).toContain('What to work on:\n- Goals met: Only 1 of 4 goals met');
  });
});
