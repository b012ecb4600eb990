import type { Generated } from 'kysely';
import type { Json, TenantId, Timestamp } from './columns.ts';

export type InstanceState =
  | 'queued'
  | 'running'
  | 'waiting'
  | 'paused'
  | 'completed'
  | 'compensating'
  | 'compensated'
  | 'compensation_failed'
  | 'failed'
  | 'cancelled';

export type TaskState =
  | 'pending'
  | 'running'
  | 'waiting'
  | 'retrying'
  | 'succeeded'
  | 'skipped'
  | 'failed'
  | 'cancelled';

export type CompensationState =
  | 'pending'
  | 'running'
  | 'retrying'
  | 'succeeded'
  | 'nothing_to_undo'
  | 'failed'
  | 'resolved';

export interface WorkflowsTables {
  'workflows.templates': {
    tenant_id: TenantId;
    name: string;
    published_version: number | null;
    archived_at: Date | null;
    created_at: Timestamp;
  };
  'workflows.versions': {
    tenant_id: TenantId;
    name: string;
    version: number;
    definition: Json<object>;
    comment: string;
    created_by: string;
    created_by_id: string;
    created_at: Timestamp;
    published_at: Date | null;
    published_by: string | null;
  };
  'workflows.approvals': {
    tenant_id: TenantId;
    name: string;
    version: number;
    approved_by: string;
    approved_by_id: string;
    comment: string;
    approved_at: Timestamp;
  };
  'workflows.settings': {
    tenant_id: TenantId;
    two_person_rule: Generated<boolean>;
    keep_days: Generated<number>;
  };
  'workflows.instances': {
    id: string;
    tenant_id: TenantId;
    template: string;
    version: number;
    runner: 'platform' | 'n8n';
    state: InstanceState;
    input: Json<object>;
    output: Json<object> | null;
    error: Json<object> | null;
    principal: Json<object>;
    started_by: string;
    reference: string | null;
    parent_id: string | null;
    parent_path: string | null;
    depth: Generated<number>;
    steps_started: Generated<number>;
    root_id: string | null;
    output_characters: Generated<number>;
    cancel_mode: 'stop' | 'undo' | null;
    cancel_reason: string | null;
    is_paused: Generated<boolean>;
    execution_id: string | null;
    wake_at: Date | null;
    created_at: Date;
    touched_at: Date;
    ended_at: Date | null;
  };
  'workflows.tasks': {
    id: string;
    tenant_id: TenantId;
    instance_id: string;
    path: string;
    step: string;
    type: string;
    state: TaskState;
    attempt: Generated<number>;
    ordinal: number;
    input: Json<object> | null;
    output: Json<object> | null;
    error: Json<object> | null;
    may_have_happened: Generated<boolean>;
    progress: Json<object> | null;
    claim: string | null;
    lease_until: Date | null;
    due_at: Date | null;
    wait_event: string | null;
    wait_key: string | null;
    concurrency_key: string | null;
    started_at: Date;
    ended_at: Date | null;
  };
  'workflows.compensations': {
    id: string;
    tenant_id: TenantId;
    instance_id: string;
    task_id: string;
    path: string;
    operation: string;
    ordinal: number;
    state: CompensationState;
    attempt: Generated<number>;
    input: Json<object> | null;
    error: Json<object> | null;
    claim: string | null;
    lease_until: Date | null;
    due_at: Date | null;
    created_at: Date;
    ended_at: Date | null;
  };
  'workflows.signals': {
    id: string;
    tenant_id: TenantId;
    instance_id: string;
    name: string;
    payload: Json<object>;
    sent_by: string;
    sent_at: Date;
    taken_by: string | null;
  };
  'workflows.timeline': {
    id: string;
    tenant_id: TenantId;
    instance_id: string;
    at: Date;
    what: string;
    who: string | null;
    detail: string | null;
  };
}
