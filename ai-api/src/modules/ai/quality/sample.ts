import { createHash } from 'node:crypto';
import type { StoredJudgement } from '../../../judgement/index.ts';
import type { Sampled, SampleReason, Sampling } from './schema.ts';

/** What is sampled of a kind until the company says otherwise. */
export const DEFAULT_SAMPLING = {
  randomShare: 0.05,
  lowConfidence: 0.6,
  overridden: true,
  flagged: true,
  doubleShare: 0.2,
  leaseMinutes: 30,
} as const satisfies Omit<Sampling, 'kind' | 'isDefault'>;

/**
 * What comes first in the queue. Those drawn by chance are few, and every figure of quality rests on them: they
 * may not wait behind the many that are doubtful.
 */
const PRIORITY: Record<SampleReason, number> = {
  random: 40,
  overridden: 30,
  flagged: 20,
  'low confidence': 10,
};

const MAX_DETAIL_LENGTH = 500;

/**
 * Why a judgement of rules or a model is reviewed; empty when it is not. A proposal is decided by a person anyway, so
 * it is not flagged for another.
 */
export function reasonsToSample(
  { judgementId, confidence, needsReview, proposal, reviewReasons }: StoredJudgement,
  { randomShare, lowConfidence, flagged }: Sampling,
): Sampled[] {
  const reasons: Sampled[] = [];
  if (draw('random', judgementId) < randomShare) {
    const percent = Math.round(1000 * randomShare) / 10;
    reasons.push({ reason: 'random', detail: `Drawn by chance, as ${percent} % of these judgements are.` });
  }
  if (flagged && needsReview && proposal === null)
    reasons.push({ reason: 'flagged', detail: reviewReasons.join(' ').slice(0, MAX_DETAIL_LENGTH) });
  if (confidence !== null && confidence < lowConfidence)
    reasons.push({
      reason: 'low confidence',
      detail: `A confidence of ${confidence} is below ${lowConfidence}.`,
    });
  return reasons;
}

/** How many reviewers a judgement gets. */
export function reviewersWanted(judgementId: string, { doubleShare }: Sampling): 1 | 2 {
  return draw('double', judgementId) < doubleShare ? 2 : 1;
}

export function priorityOf(reasons: readonly Sampled[]): number {
  return Math.max(0, ...reasons.map(({ reason }) => PRIORITY[reason]));
}

/**
 * An even draw from 0 to 1 that is the same whenever it is looked at. People who are judged cannot influence it: the id
 * is made after the facts are in.
 */
function draw(purpose: string, judgementId: string): number {
  const digest = createHash('sha256').update(`${purpose}:${judgementId}`).digest();
  return digest.readUIntBE(0, 6) / 2 ** 48;
}
