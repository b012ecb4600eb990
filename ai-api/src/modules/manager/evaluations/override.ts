import { Problem } from '../../../http/problem.ts';
import { BY_PERSON, GRADES, type Grade, type Judged, type StoreJudgement } from '../../../judgement/index.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { type Actor, displayName, requirePerson } from '../../shared/audit/index.ts';
import { replaceJudgement } from './store.ts';
import type { Detail } from './views.ts';

export interface Override {
  judgementId: string;
  grade: Exclude<Grade, 'insufficient evidence'>;
  reason: string;
  feedback?: string | undefined;
}

/**
 * Appends a human judgement that supersedes the one the person saw. A key alone may correct a grade to a better one, and
 * never to a worse one.
 * @throws {Problem} NOT_JUDGED, PERSON_REQUIRED, or CONFLICT when there is a newer judgement
 */
export async function overrideGrade(
  transaction: TenantTransaction,
  storeJudgement: StoreJudgement,
  actor: Actor,
  current: Detail,
  { judgementId, grade, reason, feedback }: Override,
): Promise<void> {
  const { judgement } = current;
  if (!judgement) throw new Problem('NOT_JUDGED', 'There is no judgement to replace yet.');
  const conflict = new Problem(
    'CONFLICT',
    'There is a newer judgement than the one you saw. Reload it first.',
  );
  if (judgement.judgementId !== judgementId) throw conflict;
  if (GRADES.indexOf(grade) > GRADES.indexOf(judgement.grade)) requirePerson(actor);
  const decided: Judged = {
    ...BY_PERSON,
    kind: judgement.kind,
    subjectId: current.builder.builderId,
    grade,
    outcome: null,
    score: null,
    coverage: judgement.coverage,
    needsReview: false,
    reviewReasons: [],
    criteria: judgement.criteria,
    feedback: feedback ?? `Grade ${grade}, decided by a person.\n\n${reason}`,
    rules: judgement.rules,
  };
  const human = { decidedBy: displayName(actor), reason, supersedes: judgementId };
  const { judgementId: id } = await storeJudgement(transaction, decided, { human });
  if (!(await replaceJudgement(transaction, current.evaluationId, judgementId, id, decided))) throw conflict;
}
