import type { Counted } from './preview.ts';
import type { RequestRecord, StepRecord } from './store.ts';

/** A request as the API shows it. */
export function requestView(row: RequestRecord, now: Date) {
  return {
    requestId: row.id,
    kind: row.kind,
    basis: row.basis,
    subject: row.subject,
    state: row.state,
    reason: row.reason,
    verification: row.verification,
    requestedBy: row.requested_by,
    confirmedBy: row.confirmed_by,
    refusal: row.refusal,
    answer: row.answer,
    error: row.error,
    dueAt: row.due_at.toISOString(),
    isOverdue: row.ended_at === null && row.due_at < now,
    extendedAt: row.extended_at?.toISOString() ?? null,
    extensionReason: row.extension_reason,
    createdAt: row.created_at.toISOString(),
    endedAt: row.ended_at?.toISOString() ?? null,
  };
}

/** What was found, done and not reached. */
export function workView(row: RequestRecord, steps: readonly StepRecord[]) {
  return {
    fileUntil: row.file_until?.toISOString() ?? null,
    found: row.found as Counted[],
    steps: steps.map(({ step, module, counts, done_at }) => ({
      step,
      module,
      counts: counts as Record<string, number>,
      doneAt: done_at.toISOString(),
    })),
    notReached: row.not_reached as { what: string; why: string; until: string | null }[],
  };
}
