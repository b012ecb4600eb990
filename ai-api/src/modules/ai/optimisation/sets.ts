import { createHash } from 'node:crypto';
import type { PastJudgement } from '../../../judgement/index.ts';
import type { Verdict } from '../quality/index.ts';

/** Below so many cases set aside nothing can be said. */
export const MIN_HELD_OUT = 30;
const MAX_FAILURES = 20;

/** Which past judgements are used for what: fixed before the first call to the model. */
export interface CaseSets {
  /** What the model learns from. */
  failures: string[];
  /** What the result is measured on; the model that writes never sees it. */
  heldOut: string[];
  /** Uncorrected judgements, which should stay as they are. */
  regression: string[];
}

/** A judgement as its reviewers would have graded it, as if one of them had overridden it. */
export function correctedBy(past: PastJudgement, verdict: Verdict | undefined): PastJudgement {
  if (!verdict || verdict.grade === null) return past;
  const { grade, said } = verdict;
  return { ...past, human: { grade, outcome: past.outcome, reason: said.join(' ') || null } };
}

/**
 * Divides cases: by time the newer half of the corrected ones is set aside, by person all cases of half of the people.
 * @param corrected judgements that people decided or would have graded otherwise
 * @param untouched judgements without a correction
 */
export function splitCases(
  corrected: readonly PastJudgement[],
  untouched: readonly PastJudgement[],
  by: 'time' | 'person',
  most: number,
): CaseSets {
  const newestFirst = corrected.toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime());
  const half = Math.ceil(newestFirst.length / 2);
  const isSetAside = (one: PastJudgement, index: number) =>
    by === 'time' ? index < half : createHash('sha256').update(one.subjectId).digest().readUInt8(0) < 128;
  const idsOf = (cases: readonly PastJudgement[]) => cases.map(({ judgementId }) => judgementId);
  const heldOut = newestFirst.filter(isSetAside);
  const learned = newestFirst.filter((one, index) => !isSetAside(one, index));
  // A person who is measured on is not learned from, whatever the weeks.
  const people = new Set(by === 'person' ? heldOut.map(({ subjectId }) => subjectId) : []);
  return {
    failures: idsOf(learned.filter(({ subjectId }) => !people.has(subjectId)).slice(0, MAX_FAILURES)),
    heldOut: idsOf(heldOut.slice(0, most)),
    regression: idsOf(untouched.slice(0, most)),
  };
}
