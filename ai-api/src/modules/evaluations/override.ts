import { Problem } from '../../http/problem.ts';
import type { Grade, Judged, StoreJudgement } from '../../judgement/index.ts';
import type { TenantTransaction } from '../../platform/database/index.ts';
import { replaceJudgement } from './store.ts';
import type { Detail } from './views.ts';

export interface Override {
  judgementId: string;
  grade: Exclude<Grade, 'insufficient evidence'>;
  reason: string;
  feedback?: string | undefined;
}

/**
 * Appends a human judgement that supersedes the one the person saw.
 * @throws {Problem} NOT_JUDGED, or CONFLICT when there is a newer judgement
 */
export async function overrideGrade(
  transaction: TenantTransaction,
  storeJudgement: StoreJudgement,
  decidedBy: string,
  current: Detail,
  { judgementId, grade, reason, feedback }: Override,
): Promise<void> {
  const { judgement } = current;
  if (!judgement) throw new Problem('NOT_JUDGED', 'There is no judgement to replace yet.');
  const conflict = new Problem(
    'CONFLICT',
    'There is a newer judgement than the one you saw. Look again first.',
  );
  if (judgement.judgementId !== judgementId) throw conflict;
  const decided: Judged = {
    kind: judgement.kind,
    subjectId: current.builder.builderId,
    grade,
    outcome: null,
    score: null,
    coverage: judgement.coverage,
    confidence: null,
    needsReview: false,
    reviewReasons: [],
    engine: 'human',
    criteria: judgement.criteria,
    feedback: feedback ?? `Grade ${grade}, decided by a person.\n\n${reason}`,
    facts: {},
    rules: judgement.rules,
    prompt: null,
    model: null,
    modelFailure: null,
    tokensIn: 0,
    tokensOut: 0,
  };
  const human = { decidedBy, reason, supersedes: judgementId };
  const id = await storeJudgement(transaction, decided, { human });
  if (!(await replaceJudgement(transaction, current.evaluationId, judgementId, id, decided))) throw conflict;
}
