import { Problem } from '../../../http/problem.ts';
import type { Grade, StoreJudgement } from '../../../judgement/index.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { type Actor, record } from '../../shared/audit/index.ts';
import { overrideGrade } from './override.ts';
import { detail } from './reading.ts';
import { lockEvaluation } from './store.ts';

/** A proposed grade as the person saw it. */
export interface Proposed {
  evaluationId: string;
  judgementId: string;
}

/**
 * Gives the grade that an engine proposed, as a person's judgement that supersedes the proposal.
 * @throws {Problem} NOT_FOUND, NOT_JUDGED, CONFLICT where nothing is proposed any more, FORBIDDEN of the own week
 */
export async function confirmGrade(
  transaction: TenantTransaction,
  storeJudgement: StoreJudgement,
  actor: Actor,
  { evaluationId, judgementId }: Proposed,
  reason: string | undefined,
): Promise<Grade> {
  await lockEvaluation(transaction, evaluationId);
  const before = await detail(transaction, evaluationId);
  const { builderId } = before.builder;
  if (actor.person?.builderId === builderId)
    throw new Problem('FORBIDDEN', 'You cannot confirm the grade of your own week.');
  const proposal = before.judgement?.proposal;
  const grade = proposal?.grade;
  if (!proposal || !grade || grade === 'insufficient evidence')
    throw new Problem('CONFLICT', 'No grade is proposed that could be confirmed.');
  const why = reason ?? `Confirmed as proposed. ${proposal.reasons.join(' ')}`;
  await overrideGrade(transaction, storeJudgement, actor, before, { judgementId, grade, reason: why });
  await record(transaction, actor, {
    subject: `evaluation:${evaluationId}`,
    details: [{ about: [`builder:${builderId}`], content: { confirmed: grade, reason: why, judgementId } }],
  });
  return grade;
}
