import type { ColumnType, Generated } from 'kysely';
import type { Json, PromptUsed, TenantId, Timestamp } from './columns.ts';

export interface JudgementTables {
  'judgement.rules': {
    id: string;
    tenant_id: TenantId;
    kind: string;
    key: string;
    version: number;
    definition: Json<object>;
    enabled: Generated<boolean>;
    effective_from: Timestamp;
    comment: Generated<string | null>;
    created_by: string;
    created_at: Timestamp;
  };
  'judgement.thresholds': {
    id: string;
    tenant_id: TenantId;
    kind: string;
    version: number;
    yes_at: number;
    no_at: number;
    slope: number;
    intercept: number;
    reason: string;
    created_by: string;
    created_at: Timestamp;
  };
  'judgement.oversight': {
    id: string;
    tenant_id: TenantId;
    kind: string;
    version: number;
    mode: 'on' | 'propose' | 'people';
    grade_floor: string | null;
    reason: string;
    set_by: string;
    created_at: Timestamp;
  };
  'judgement.levels': {
    id: string;
    tenant_id: TenantId;
    kind: string;
    version: number;
    confidence: number;
    agreement: number;
    state: 'none' | 'shadow' | 'on' | 'withdrawn';
    /** Granted alone from this score on. */
    score: number | null;
    /** What it was measured with. */
    engine: Json<object>;
    thresholds_version: number;
    /** When the state began. */
    since: Timestamp;
    /** Only judgements from then on are cases; null where all are. */
    cases_from: Date | null;
    reason: string;
    set_by: string;
    created_at: Timestamp;
  };
  'judgement.judgements': {
    id: string;
    tenant_id: TenantId;
    kind: string;
    subject_id: string;
    grade: string;
    outcome: string | null;
    /** Decided against the subject, which takes a person. */
    adverse: Generated<boolean>;
    proposal: Json<object> | null;
    incomplete: ColumnType<object[], string | undefined, string>;
    score: number | null;
    coverage: number;
    confidence: number | null;
    needs_review: boolean;
    review_reasons: Json<string[]>;
    engine: 'rules' | 'model' | 'human';
    criteria: Json<object[]>;
    feedback: string;
    facts: Json<object>;
    /** What a text was found to claim and what that was held against. */
    testimony: Json<object> | null;
    rules: Json<{ key: string; version: number }[]>;
    prompt: Json<PromptUsed> | null;
    model: string | null;
    model_failure: Json<object> | null;
    tokens_in: Generated<number>;
    tokens_out: Generated<number>;
    trace_id: string | null;
    decided_by: string | null;
    decided_user: Generated<string | null>;
    reason: string | null;
    supersedes: string | null;
    dry_run: Generated<boolean>;
    created_at: Timestamp;
  };
}
