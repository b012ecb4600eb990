import type { CriterionResult, Outcome } from '../../../judgement/index.ts';

const GOOD = 75;
const POOR = 55;

/** What the judged person reads, in plain words: the model's when it gave any, else put together from reasons. */
export function feedbackFor({ grade, score, criteria, modelFeedback }: Outcome): string {
  const counted = criteria.filter(({ verdict, weight }) => verdict === 'scored' && weight > 0);
  const told = criteria.filter(({ verdict, weight }) => verdict === 'scored' && weight === 0);
  const open = criteria.filter(({ verdict }) => verdict !== 'scored');
  return [
    opening(grade, score, counted, told),
    modelFeedback ?? '',
    modelFeedback
      ? ''
      : list(
          'What went well:',
          counted.filter((criterion) => (criterion.score ?? 0) >= GOOD),
        ),
    modelFeedback ? '' : list('Solid, with room to grow:', counted.filter(isMiddling)),
    modelFeedback
      ? ''
      : list(
          'What to work on:',
          counted.filter((criterion) => (criterion.score ?? 0) < POOR),
        ),
    list('For your information, not counted:', told),
    list('What could not be judged:', open),
  ]
    .filter((paragraph) => paragraph !== '')
    .join('\n\n');
}

function isMiddling({ score }: CriterionResult): boolean {
  return (score ?? 0) >= POOR && (score ?? 0) < GOOD;
}

function opening(
  grade: Outcome['grade'],
  score: number | null,
  counted: CriterionResult[],
  told: CriterionResult[],
): string {
  if (grade !== 'insufficient evidence') return `Grade ${grade}: ${score} of 100 points.`;
  if (counted.length === 0 && told.length > 0) return 'No grade this week, and none is needed.';
  return 'No grade this week: too little is known.';
}

function list(heading: string, criteria: CriterionResult[]): string {
  if (criteria.length === 0) return '';
  return [heading, ...criteria.map(({ title, reason }) => `- ${title}: ${reason}`)].join('\n');
}
