import type { ExperimentSubject } from '../../../judgement/index.ts';
import type { Verdict } from '../quality/index.ts';
import type { Metric, Report } from './contract.ts';
import { type Difference, meanDifference, shareDifference } from './statistics.ts';

const MEANING: Record<Metric, string> = {
  overridden: 'share of judgements that people overrode',
  needsReview: 'share of judgements that need review',
  modelFailed: 'share of judgements in which the model failed',
  score: 'mean score',
  faulted: 'share of judgements drawn for review that reviewers found fault with',
};

/** A subject with the share of its judgements drawn for review that reviewers found fault with. */
type ReviewedSubject = ExperimentSubject & { faulted: number | null };

/** Adds what reviewers said; what they picked themselves is not representative, so it does not count. */
export function withReviews(
  subjects: readonly ExperimentSubject[],
  judgements: readonly { judgementId: string; subjectId: string; label: string; grade: string }[],
  verdicts: ReadonlyMap<string, Verdict>,
): ReviewedSubject[] {
  const faults = new Map<string, number[]>();
  for (const { judgementId, subjectId, label, grade } of judgements) {
    const verdict = verdicts.get(judgementId);
    if (!verdict?.isRandom) continue;
    const isWrong = verdict.isFaulted || (verdict.grade !== null && verdict.grade !== grade);
    const side = JSON.stringify([subjectId, label]);
    faults.set(side, [...(faults.get(side) ?? []), isWrong ? 1 : 0]);
  }
  return subjects.map((subject) => {
    const found = faults.get(JSON.stringify([subject.subjectId, subject.label]));
    return { ...subject, faulted: found ? sumOf(found) / found.length : null };
  });
}

interface Setup {
  experimentId: string;
  metric: Metric;
  minimumSample: number;
  control: { label: string; version: number };
  treatment: { label: string; version: number };
}

/**
 * What an experiment has shown. A subject counts once, by its mean: weeks of one person do not count as more people.
 */
export function reportOf(setup: Setup, subjects: readonly ReviewedSubject[], asOf: Date): Report {
  const { experimentId, metric, minimumSample } = setup;
  const of = (label: string) => subjects.filter((subject) => subject.label === label);
  const valuesOf = (label: string) =>
    of(label)
      .map((subject) => subject[metric])
      .filter((value) => value !== null);
  const control = valuesOf(setup.control.label);
  const treatment = valuesOf(setup.treatment.label);
  const arm = (side: { label: string; version: number }, values: readonly number[]) => ({
    ...side,
    subjects: values.length,
    judgements: of(side.label).reduce((sum, { judgements }) => sum + judgements, 0),
    value: values.length === 0 ? null : sumOf(values) / values.length,
  });
  const difference = differenceOf(metric, control, treatment);
  const isEnough = Math.min(control.length, treatment.length) >= minimumSample;
  const verdict = isEnough && difference ? verdictOf(metric, difference) : 'not enough evidence';
  return {
    experimentId,
    metric,
    minimumSample,
    control: arm(setup.control, control),
    treatment: arm(setup.treatment, treatment),
    difference,
    verdict,
    explanation: explain(setup, verdict, difference, Math.min(control.length, treatment.length)),
    asOf: asOf.toISOString(),
  };
}

function differenceOf(
  metric: Metric,
  control: readonly number[],
  treatment: readonly number[],
): Difference | null {
  if (metric === 'score') return meanDifference(control, treatment);
  if (control.length === 0 || treatment.length === 0) return null;
  const side = (values: readonly number[]) => ({ hits: sumOf(values), size: values.length });
  return shareDifference(side(control), side(treatment));
}

/** Of a share less is better; a score is neither good nor bad by itself. */
function verdictOf(metric: Metric, { low, high }: Difference): Report['verdict'] {
  if (low <= 0 && high >= 0) return 'no difference shown';
  if (metric === 'score') return low > 0 ? 'higher' : 'lower';
  return low > 0 ? 'worse' : 'better';
}

function explain(
  { metric, minimumSample, treatment }: Setup,
  verdict: Report['verdict'],
  difference: Difference | null,
  smaller: number,
): string {
  const version = `Version ${treatment.version}`;
  if (verdict === 'not enough evidence')
    return `The smaller side has ${smaller} subjects; ${minimumSample} on each side are needed for a verdict.`;
  const { estimate, low, high } = difference as Difference;
  const print = (value: number) =>
    metric === 'score' ? value.toFixed(1) : `${(100 * value).toFixed(1)} points`;
  const range = `${MEANING[metric]} differs by ${print(estimate)}, with 95 % confidence by ${print(low)} to ${print(high)}`;
  return verdict === 'no difference shown'
    ? `No difference is shown: the ${range}.`
    : `${version} is ${verdict}: the ${range}.`;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
