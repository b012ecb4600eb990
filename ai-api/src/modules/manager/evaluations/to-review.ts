import { findJudgements, type JudgementView } from '../../../judgement/index.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import type { EvaluationRecord } from './store.ts';

/** Judgements of those evaluations that a person should look at, for the reasons they give. */
export function judgementsToReview(
  transaction: TenantTransaction,
  rows: EvaluationRecord[],
): Promise<Map<string, JudgementView>> {
  const ids = rows.filter((row) => row.needs_review).map((row) => row.judgement_id);
  return findJudgements(
    transaction,
    ids.filter((id) => id !== null),
  );
}
