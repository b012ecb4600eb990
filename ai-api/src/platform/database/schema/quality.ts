import type { Generated } from 'kysely';
import type { Json, TenantId, Timestamp } from './columns.ts';

export interface QualityTables {
  'quality.score_configs': {
    id: string;
    tenant_id: TenantId;
    name: string;
    data_type: 'NUMERIC' | 'CATEGORICAL' | 'BOOLEAN' | 'TEXT';
    description: string;
    /** Null is every kind. */
    kinds: string[] | null;
    min_value: number | null;
    max_value: number | null;
    categories: Json<{ label: string; value: number | null }[]> | null;
    source: 'built-in' | 'own';
    archived_at: Date | null;
    created_by: string;
    created_at: Timestamp;
  };
  'quality.sampling': {
    tenant_id: TenantId;
    kind: string;
    random_share: number;
    low_confidence: number;
    overridden: boolean;
    flagged: boolean;
    double_share: number;
    lease_minutes: number;
    updated_by: string;
    updated_at: Timestamp;
  };
  'quality.reviews': {
    id: string;
    tenant_id: TenantId;
    judgement_id: string;
    kind: string;
    subject_id: string;
    grade: string;
    outcome: string | null;
    confidence: number | null;
    engine: 'rules' | 'model' | 'human';
    prompt: Json<{ name: string; version: string | number }> | null;
    reasons: Json<object[]>;
    /** Drawn by chance: such reviews alone tell about all judgements. */
    is_random: boolean;
    priority: number;
    wanted: number;
    /** Reviewers who have it or have had it to the end. */
    taken: Generated<number>;
    finished: Generated<number>;
    status: Generated<'open' | 'done'>;
    langfuse: Generated<'off' | 'pending' | 'sent' | 'failed'>;
    langfuse_error: string | null;
    created_at: Timestamp;
  };
  'quality.assignments': {
    id: string;
    tenant_id: TenantId;
    review_id: string;
    reviewer: string;
    reviewer_name: string;
    state: 'claimed' | 'done' | 'skipped' | 'expired';
    reason: string | null;
    lease_until: Date;
    claimed_at: Timestamp;
    ended_at: Date | null;
  };
  'quality.scores': {
    id: string;
    tenant_id: TenantId;
    /** The first version's id; the score's id at Langfuse. */
    root_id: string;
    version: number;
    is_current: Generated<boolean>;
    judgement_id: string;
    review_id: string | null;
    kind: string;
    config: string;
    data_type: 'NUMERIC' | 'CATEGORICAL' | 'BOOLEAN' | 'TEXT';
    number_value: number | null;
    text_value: string | null;
    comment: string | null;
    /** Why it was corrected. */
    reason: string | null;
    reviewer: string;
    reviewer_name: string;
    trace_id: string | null;
    created_at: Timestamp;
    langfuse: Generated<'off' | 'pending' | 'sent' | 'confirmed' | 'missing' | 'failed'>;
    langfuse_error: string | null;
    langfuse_at: Date | null;
  };
}
