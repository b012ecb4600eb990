import type { BuilderRecord } from '../../shared/people/index.ts';
import type { DelegationRecord, GroupRecord } from './groups-store.ts';
import type { ApprovalRecord, StepRecord } from './store.ts';

export type ApprovalView = ReturnType<typeof approvalView>;

/** What is paid of a request: nothing unless it is approved. */
export function payableOf({ state, decided_hours, hours }: ApprovalRecord): number {
  return state === 'approved' ? (decided_hours ?? hours) : 0;
}

export function approvalView(
  row: ApprovalRecord,
  builder: BuilderRecord | undefined,
  group: GroupRecord | undefined,
  { approvers, link }: { approvers: string[]; link: string | null },
) {
  return {
    approvalId: row.id,
    version: row.version,
    state: row.state,
    builder: {
      builderId: row.builder_id,
      name: builder?.name ?? row.builder_id,
      email: builder?.email ?? '',
      team: builder?.team ?? '',
    },
    date: row.day,
    hours: row.hours,
    payableHours: payableOf(row),
    startsAt: row.starts_at?.toISOString() ?? null,
    endsAt: row.ends_at?.toISOString() ?? null,
    category: row.category,
    projectId: row.project_id,
    justification: row.justification,
    submittedBy: row.submitted_by,
    submittedAt: row.created_at.toISOString(),
    engine: row.engine,
    proposal: row.proposal,
    confidence: row.confidence,
    reason: row.reason,
    decidedBy: row.decided_by,
    decidedAt: row.decided_at?.toISOString() ?? null,
    judgementId: row.judgement_id,
    approverGroup: group ? { groupId: group.id, name: group.name } : null,
    approvers,
    dueAt: row.due_at?.toISOString() ?? null,
    escalated: row.escalated_at !== null,
    appeal: row.appeal,
    contested: row.contested_at !== null,
    audit: row.audit,
    link,
  };
}

export function stepView({ at, step, by, engine, hours, reason }: StepRecord) {
  return { at: at.toISOString(), step, by, engine, hours, reason };
}

export function groupView({ id, name, team, escalation, members }: GroupRecord) {
  return { groupId: id, name, team, escalation, members };
}

export function delegationView({ id, from_email, to_email, first_day, last_day }: DelegationRecord) {
  return {
    delegationId: id,
    fromEmail: from_email,
    toEmail: to_email,
    firstDay: first_day,
    lastDay: last_day,
  };
}
