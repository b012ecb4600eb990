import type { Json, TenantId, Timestamp } from './columns.ts';

export interface ContextLinksTables {
  'context.links': {
    id: string;
    tenant_id: TenantId;
    conversation_id: string;
    commit_id: string;
    /** `added` by a person, without the engine. */
    level: 'certain' | 'probable' | 'added';
    status: 'suggested' | 'confirmed' | 'rejected';
    /** 0 to 100; null for a link that a person added. */
    score: number | null;
    reasons: Json<{ signal: string; reason: string; score: number | null; weight: number }[]>;
    /** The message that shows the strongest signal. */
    message_id: string | null;
    judgement_id: string;
    /** The person who decided; null while the engine's word holds. */
    decided_by: string | null;
    decided_at: Date | null;
    created_at: Timestamp;
    updated_at: Timestamp;
  };
}
