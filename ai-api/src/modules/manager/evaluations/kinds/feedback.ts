import { type CriterionResult, isExcused, type Outcome } from '../../../../judgement/index.ts';

const GOOD = 75;
const POOR = 55;

/** What the judged person reads, in plain words: the model's when it gave any, then the reasons of every criterion. */
export function feedbackFor({ grade, criteria, modelFeedback }: Outcome): string {
  const scored = criteria.filter(({ verdict }) => verdict === 'scored');
  const counted = scored.filter(({ weight }) => weight > 0);
  const told = scored.filter(({ weight }) => weight === 0);
  const open = criteria.filter(({ verdict }) => verdict !== 'scored');
  return [
    grade === 'insufficient evidence' ? whyNoGrade(criteria) : '',
    modelFeedback ?? '',
    ...fromReasons(counted),
    notCounted(told),
    list('What could not be judged:', open),
  ]
    .filter((paragraph) => paragraph !== '')
    .join('\n\n');
}

function whyNoGrade(criteria: readonly CriterionResult[]): string {
  return isExcused(criteria)
    ? 'No grade this week, and none is needed.'
    : 'No grade this week: too little is known.';
}

function fromReasons(counted: CriterionResult[]): string[] {
  const between = (from: number, to: number) =>
    counted.filter(({ score }) => (score ?? 0) >= from && (score ?? 0) < to);
  return [
    list('What went well:', between(GOOD, Number.POSITIVE_INFINITY)),
    list('Solid, with room to grow:', between(POOR, GOOD)),
    list('What to work on:', between(0, POOR)),
  ];
}

/** One reason that excuses everything (leave, for example) is given once. */
function notCounted(told: CriterionResult[]): string {
  const [first] = told;
  if (first && told.length > 1 && told.every(({ reason }) => reason === first.reason)) return first.reason;
  return list('For your information, not counted:', told);
}

function list(heading: string, criteria: CriterionResult[]): string {
  if (criteria.length === 0) return '';
  return [heading, ...criteria.map(({ title, reason }) => `- ${title}: ${reason}`)].join('\n');
}
