import type { Generated } from 'kysely';
import type { Audit, Category, State, Step } from './approval-states.ts';
import type { Json, TenantId, Timestamp } from './columns.ts';

export interface ApprovalsTables {
  'approvals.groups': {
    id: string;
    tenant_id: TenantId;
    name: string;
    team: string | null;
    escalation: boolean;
    members: string[];
    created_at: Timestamp;
  };
  'approvals.approvals': {
    id: string;
    tenant_id: TenantId;
    version: Generated<number>;
    state: State;
    builder_id: string;
    project_id: string | null;
    day: string;
    week: string;
    hours: number;
    starts_at: Date | null;
    ends_at: Date | null;
    category: Category;
    justification: string;
    attachments: Json<{ name: string; contentType: string; bytes: number; key: string }[]>;
    submitted_by: string;
    submitted_user: string | null;
    decided_hours: number | null;
    engine: 'rules' | 'model' | 'human' | null;
    confidence: number | null;
    reason: string | null;
    /** What the engine would decide, for a person to confirm or to refuse. */
    proposal: 'approve' | 'reject' | null;
    decided_by: string | null;
    decided_user: string | null;
    decided_at: Date | null;
    /** The first of two people who approve. */
    first_user: string | null;
    judgement_id: string | null;
    group_id: string | null;
    due_at: Date | null;
    reminded_at: Date | null;
    escalated_at: Date | null;
    appeal: string | null;
    /** Who rejected it before the appeal. */
    appealed_from: string | null;
    audit: Audit | null;
    contested_at: Date | null;
    created_at: Timestamp;
    updated_at: Timestamp;
  };
  'approvals.steps': {
    id: string;
    tenant_id: TenantId;
    approval_id: string;
    at: Date;
    step: Step;
    by: string;
    engine: 'rules' | 'model' | 'human';
    hours: number | null;
    reason: string | null;
  };
  'approvals.delegations': {
    id: string;
    tenant_id: TenantId;
    from_email: string;
    to_email: string;
    first_day: string;
    last_day: string;
  };
  'approvals.settings': { tenant_id: TenantId; value: Json<object>; updated_at: Timestamp };
}
