import { Problem } from '../../../http/problem.ts';
import {
  type Grade,
  humanGrade,
  isWorse,
  oversightToStore,
  type StoreJudgement,
} from '../../../judgement/index.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { type Actor, decisionBy, requireDecider } from '../../shared/audit/index.ts';
import type { Events } from '../../shared/events/index.ts';
import { replaceJudgement } from './store.ts';
import type { Detail } from './views.ts';

export interface Override {
  judgementId: string;
  grade: Exclude<Grade, 'insufficient evidence'>;
  reason: string;
  feedback?: string | undefined;
  /** Of a grade that an engine proposed; what a person grades has none. */
  score?: number | null | undefined;
}

/** What storing a person's grade takes. */
export interface GradeStore {
  storeJudgement: StoreJudgement;
  events: Events;
}

/**
 * Appends a human judgement that supersedes the one the person saw. A key alone may correct a grade to a better one. It
 * takes a person to lower a grade, to give one below the company's floor, to give one where there is none, and so to decide
 * what an engine only proposed. A
 * grade that answers a proposal is announced, and its e-mail is due: the one before said that a person looks at the week.
 * @throws {Problem} NOT_JUDGED, CONTESTED, FORBIDDEN of the own week, PERSON_REQUIRED, or CONFLICT when there is a newer judgement
 */
export async function overrideGrade(
  transaction: TenantTransaction,
  { storeJudgement, events }: GradeStore,
  actor: Actor,
  current: Detail,
  { judgementId, grade, reason, feedback, score = null }: Override,
): Promise<void> {
  const { judgement, contested } = current;
  if (contested) throw new Problem('CONTESTED', 'This grade is contested: decide the contest.');
  if (!judgement) throw new Problem('NOT_JUDGED', 'There is no judgement to replace yet.');
  const conflict = new Problem(
    'CONFLICT',
    'There is a newer judgement than the one you saw. Reload it first.',
  );
  if (judgement.judgementId !== judgementId) throw conflict;
  const { builderId } = current.builder;
  if (actor.person?.builderId === builderId)
    throw new Problem('FORBIDDEN', 'You cannot decide the grade of your own week.');
  const isUngraded = judgement.grade === 'insufficient evidence';
  const { gradeFloor } = await oversightToStore(transaction, judgement.kind);
  const isLow = gradeFloor !== null && isWorse(grade, gradeFloor);
  if (isUngraded || isLow || isWorse(grade, judgement.grade)) requireDecider(actor);
  const decided = humanGrade(judgement, builderId, {
    grade,
    score,
    feedback: feedback ?? `Grade ${grade}, decided by a person.\n\n${reason}`,
    facts: current.answer === null ? {} : { week: { answer: current.answer.text } },
  });
  const human = decisionBy(actor, reason, judgementId);
  const { judgementId: id } = await storeJudgement(transaction, decided, { human });
  const { evaluationId, runId, week, dryRun } = current;
  const isAnswer = judgement.proposal !== null;
  const replaced = { previous: judgementId, judgementId: id, isMailDue: isAnswer };
  if (!(await replaceJudgement(transaction, evaluationId, replaced, decided))) throw conflict;
  if (isAnswer && !dryRun)
    await events.publish(transaction, actor.tenantId, 'evaluation.graded', {
      evaluationId,
      runId,
      week,
      builderId,
    });
}
