import type { Generated } from 'kysely';
import type { Json, TenantId, Timestamp } from './columns.ts';

export interface PromptsTables {
  'prompts.prompts': {
    tenant_id: TenantId;
    name: string;
    description: string;
    /** When Langfuse last told what it has; null where it is not the source. */
    mirrored_at: Generated<Date | null>;
    mirror_error: Generated<string | null>;
    /** A version that Langfuse labels production, but that may not serve yet. */
    held: Json<{ version: number; reason: string }> | null;
    created_at: Timestamp;
  };
  'prompts.versions': {
    tenant_id: TenantId;
    name: string;
    version: number;
    text: string;
    variables: Json<{ name: string; description: string; value?: string }[]>;
    config: Json<Record<string, unknown>>;
    commit_message: string;
    origin: 'seed' | 'person' | 'langfuse' | 'optimizer';
    langfuse_version: number | null;
    created_by: string;
    created_by_id: string;
    created_at: Timestamp;
  };
  'prompts.labels': {
    tenant_id: TenantId;
    name: string;
    label: string;
    version: number;
    moved_by: string;
    moved_at: Timestamp;
  };
  'prompts.label_moves': {
    id: string;
    tenant_id: TenantId;
    name: string;
    label: string;
    from_version: number | null;
    to_version: number | null;
    moved_by: string;
    reason: string | null;
    moved_at: Timestamp;
  };
  'prompts.checks': {
    id: string;
    tenant_id: TenantId;
    name: string;
    version: number;
    passed: boolean;
    findings: Json<object[]>;
    replay: Json<object>;
    checked_by: string;
    checked_at: Timestamp;
  };
  'prompts.approvals': {
    tenant_id: TenantId;
    name: string;
    version: number;
    approved_by: string;
    approved_by_id: string;
    comment: string;
    approved_at: Timestamp;
  };
  'prompts.settings': { tenant_id: TenantId; two_person_rule: Generated<boolean> };
  'prompts.experiments': {
    id: string;
    tenant_id: TenantId;
    name: string;
    title: string;
    hypothesis: string;
    label: string;
    share: number;
    metric: string;
    minimum_sample: number;
    status: Generated<'draft' | 'running' | 'stopped'>;
    control_version: number | null;
    treatment_version: number | null;
    created_by: string;
    created_at: Timestamp;
    started_at: Date | null;
    stopped_at: Date | null;
    stop_reason: string | null;
    report: Json<object> | null;
  };
  'prompts.optimizations': {
    id: string;
    tenant_id: TenantId;
    name: string;
    status: string;
    split_by: 'time' | 'person';
    base_version: number;
    instructions: string | null;
    cases: Json<object> | null;
    progress: Json<object>;
    proposal: Json<object> | null;
    reason: string | null;
    accepted_version: number | null;
    decided_by: string | null;
    requested_by: string;
    requested_by_id: string;
    created_at: Timestamp;
    updated_at: Timestamp;
  };
}
