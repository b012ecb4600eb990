import type { TenantTransaction } from '../../../platform/database/index.ts';
import type { Events } from '../../shared/events/index.ts';
import type { ApprovalRecord } from './store.ts';
import { payableOf } from './views.ts';

/** Publishes what became of requests, in the transaction of the change. */
export function createAnnouncer(events: Events) {
  const core = (row: ApprovalRecord) => ({
    approvalId: row.id,
    builderId: row.builder_id,
    date: row.day,
    hours: row.hours,
    state: row.state,
  });
  const due = (row: ApprovalRecord) => (row.due_at ?? row.updated_at).toISOString();
  return {
    submitted: (transaction: TenantTransaction, row: ApprovalRecord) =>
      events.publish(transaction, row.tenant_id, 'approval.submitted', core(row)),
    flagged: (transaction: TenantTransaction, row: ApprovalRecord) =>
      events.publish(transaction, row.tenant_id, 'approval.flagged', {
        ...core(row),
        groupId: row.group_id,
        dueAt: due(row),
        proposal: row.proposal,
      }),
    incomplete: (
      transaction: TenantTransaction,
      row: ApprovalRecord,
      mend: { title: string; reason: string }[],
    ) => events.publish(transaction, row.tenant_id, 'approval.incomplete', { ...core(row), mend }),
    decided: (transaction: TenantTransaction, row: ApprovalRecord) =>
      events.publish(transaction, row.tenant_id, 'approval.decided', {
        ...core(row),
        decision: row.state === 'approved' ? 'approve' : 'reject',
        engine: row.engine ?? 'human',
        payableHours: payableOf(row),
      }),
    reminder: (transaction: TenantTransaction, row: ApprovalRecord) =>
      events.publish(transaction, row.tenant_id, 'approval.reminder', { ...core(row), dueAt: due(row) }),
    escalated: (transaction: TenantTransaction, row: ApprovalRecord) =>
      events.publish(transaction, row.tenant_id, 'approval.escalated', core(row)),
  };
}
export type Announcer = ReturnType<typeof createAnnouncer>;
