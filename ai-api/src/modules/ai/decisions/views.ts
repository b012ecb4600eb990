import type { ApproverRow, DecisionRow } from './store.ts';

/** A decision as the API answers it; never the links that decide it, nor where its callback goes and what signs it. */
export function decisionView(row: DecisionRow, approvers: ApproverRow[]) {
  return {
    decisionId: row.id,
    title: row.title,
    message: row.message,
    details: Object.fromEntries(row.details),
    approveLabel: row.approve_label,
    declineLabel: row.decline_label,
    reasonRequired: row.reason_required,
    reference: row.reference,
    status: row.status,
    reason: row.reason,
    decidedAt: row.decided_at?.toISOString() ?? null,
    decidedBy: row.decided_via && row.decided_by ? { via: row.decided_via, name: row.decided_by } : null,
    callback: row.callback_state,
    approvers: approvers
      .filter(({ decision_id }) => decision_id === row.id)
      .map(({ email, mails, mailed_at, mail_error }) => ({
        email,
        mails,
        mailedAt: mailed_at?.toISOString() ?? null,
        mailError: mail_error,
      })),
    requestedBy: row.requested_by,
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
  };
}
