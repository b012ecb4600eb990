import type { Json, TenantId, Timestamp } from './columns.ts';

export interface ValidationTables {
  'validation.rule_sets': {
    tenant_id: TenantId;
    name: string;
    title: string;
    description: string;
    newest_version: number;
    published_version: number | null;
    archived_at: Date | null;
    created_at: Timestamp;
  };
  'validation.versions': {
    tenant_id: TenantId;
    name: string;
    version: number;
    definition: Json<object>;
    comment: string;
    created_by: string;
    created_at: Timestamp;
    published_at: Date | null;
    published_by: string | null;
  };
  'validation.bindings': {
    id: string;
    tenant_id: TenantId;
    target: 'agent' | 'chat';
    agent_id: string | null;
    rule_set: string;
    action: string;
    field: string | null;
    max_reasks: number;
    approvers: Json<string[]>;
    created_by: string;
    created_at: Timestamp;
  };
  'validation.results': {
    id: string;
    tenant_id: TenantId;
    rule_set: string;
    version: number;
    source: string;
    reference: string | null;
    text: string | null;
    text_hash: string;
    request: string | null;
    data: Json<object> | null;
    status: 'passed' | 'failed' | 'unsure';
    score: number | null;
    band: string | null;
    action: string;
    effect: string;
    output: string | null;
    after_status: string | null;
    attempt: number;
    rules: Json<object[]>;
    criteria: Json<object[]>;
    feedback: string;
    reask_text: string | null;
    engine: string;
    model: string | null;
    model_failure: Json<object> | null;
    decision_id: string | null;
    about: string | null;
    requested_by: string;
    human_status: 'passed' | 'failed' | null;
    human_by: string | null;
    human_reason: string | null;
    human_at: Date | null;
    created_at: Date;
  };
}
