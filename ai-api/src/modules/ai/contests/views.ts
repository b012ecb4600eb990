import { type Kind, nameOf } from '../../../judgement/index.ts';
import type { SentTo } from './contestable.ts';
import type { Claim } from './rules.ts';
import type { ContestRecord } from './store.ts';

/** A contest as the API shows it. */
export function contestView(
  row: ContestRecord,
  { kind, result, name }: { kind: Kind | undefined; result: string; name: string },
) {
  const facts = row.facts as (Claim & { recorded?: Claim['value'] | null })[];
  return {
    contestId: row.id,
    version: row.version,
    judgementId: row.judgement_id,
    kind: row.kind,
    subjectId: row.subject_id,
    builder: { builderId: row.builder_id ?? '', name },
    result,
    state: row.state,
    reason: row.reason,
    facts: facts.map(({ path, value, recorded = null }) => ({
      path,
      name: kind ? nameOf(kind.vocabulary, path) : path,
      recorded,
      claimed: value,
    })),
    openedAt: row.opened_at.toISOString(),
    dueAt: row.due_at.toISOString(),
    isOverdue: row.state === 'open' && row.escalated_at !== null,
    closedAt: row.closed_at?.toISOString() ?? null,
    decidedBy: row.decided_by,
    decision: row.decision_reason,
    resultId: row.result_id,
    sentTo: row.sent_to as SentTo[],
  };
}
