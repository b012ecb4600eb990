import { Problem } from '../../../http/problem.ts';
import type { Grade } from '../../../judgement/index.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { type Actor, record } from '../../shared/audit/index.ts';
import { type GradeStore, overrideGrade } from './override.ts';
import { detail } from './reading.ts';
import { lockEvaluation } from './store.ts';

/** A proposed grade as the person saw it. */
export interface Proposed {
  evaluationId: string;
  judgementId: string;
}

/**
 * Gives the grade that an engine proposed, with its score and its feedback, as a person's judgement that supersedes the
 * proposal.
 * @throws {Problem} NOT_FOUND, NOT_JUDGED, CONFLICT where nothing is proposed any more, FORBIDDEN of the own week
 */
export async function confirmGrade(
  transaction: TenantTransaction,
  store: GradeStore,
  actor: Actor,
  { evaluationId, judgementId }: Proposed,
  reason: string | undefined,
): Promise<Grade> {
  await lockEvaluation(transaction, evaluationId);
  const before = await detail(transaction, evaluationId);
  const proposal = before.judgement?.proposal;
  const grade = proposal?.grade;
  if (!proposal || !grade || grade === 'insufficient evidence')
    throw new Problem('CONFLICT', 'No grade is proposed that could be confirmed.');
  const why = reason ?? `Confirmed as proposed. ${proposal.reasons.join(' ')}`;
  const { score, feedback } = proposal;
  const given = { judgementId, grade, reason: why, score, feedback: feedback ?? undefined };
  await overrideGrade(transaction, store, actor, before, given);
  await record(transaction, actor, {
    subject: `evaluation:${evaluationId}`,
    details: [
      {
        about: [`builder:${before.builder.builderId}`],
        content: { confirmed: grade, reason: why, judgementId, via: actor.via },
      },
    ],
  });
  return grade;
}
