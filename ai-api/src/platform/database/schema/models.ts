import type { Generated } from 'kysely';
import type { Json, TenantId, Timestamp } from './columns.ts';

export interface ModelsTables {
  'models.calls': {
    id: string;
    tenant_id: TenantId;
    /** The same for all attempts of one call. */
    call_id: string;
    attempt: number;
    kind: 'chat' | 'embedding';
    purpose: string;
    subject: string | null;
    judgement_id: string | null;
    person: string | null;
    session_id: string | null;
    prompt_name: string | null;
    prompt_version: string | null;
    /** Number that Langfuse gave the version; null where it never had it. */
    prompt_link: number | null;
    provider: string;
    model: string;
    outcome: string;
    error: string | null;
    tokens_in: number;
    tokens_out: number;
    tokens_cached: number;
    tokens_estimated: boolean;
    cost_micros: number | null;
    latency_ms: number;
    trace_id: string | null;
    /** Masked, and forgotten after a while. */
    input: string | null;
    output: string | null;
    started_at: Date;
  };
  'models.traces': {
    tenant_id: TenantId;
    /** 32 hex digits (W3C trace context). */
    id: string;
    content: Json<object>;
    started_at: Date;
    export_after: Timestamp;
    export_attempts: Generated<number>;
    exported_at: Date | null;
  };
  'models.budgets': { tenant_id: TenantId; daily_micros: number; updated_at: Timestamp };
  'models.embedding_cache': {
    tenant_id: TenantId;
    provider: string;
    model: string;
    dimensions: number;
    input_type: 'query' | 'document';
    content_hash: string;
    /** 32-bit floats, little endian. */
    vector: Uint8Array;
    used_at: Timestamp;
  };
  'models.embedding_spaces': {
    id: string;
    tenant_id: TenantId;
    collection: string;
    provider: string;
    model: string;
    dimensions: number;
    state: 'building' | 'active';
    /** Written by processes of the version before, and read by none. */
    revision: Generated<number>;
    created_at: Timestamp;
  };
  'models.embeddings': {
    tenant_id: TenantId;
    space_id: string;
    item_id: string;
    provider: string;
    model: string;
    dimensions: number;
    content_hash: string;
    /** Of pgvector, in its text form; `real[]` until the database has pgvector. */
    vector: string;
  };
}
