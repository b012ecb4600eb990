import type { Generated } from 'kysely';
import type { Json, TenantId } from './columns.ts';

export interface ContestsTables {
  'contests.contests': {
    id: string;
    tenant_id: TenantId;
    version: Generated<number>;
    judgement_id: string;
    kind: string;
    subject_id: string;
    builder_id: string | null;
    state: Generated<'open' | 'upheld' | 'changed' | 'withdrawn'>;
    reason: string;
    facts: Json<{ path: string; value: string | number | boolean }[]>;
    opened_user: string;
    opened_at: Date;
    remind_at: Date;
    due_at: Date;
    reminded_at: Date | null;
    escalated_at: Date | null;
    closed_at: Date | null;
    decided_by: string | null;
    decided_user: string | null;
    decision_reason: string | null;
    /** The judgement that took the place of the contested one. */
    result_id: string | null;
    /** Where the old result had gone. */
    sent_to: Json<{ what: string; to: string; at: string }[]>;
  };
}
