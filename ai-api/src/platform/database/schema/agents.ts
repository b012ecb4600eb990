import type { Generated } from 'kysely';
import type { Json, PromptUsed, TenantId, Timestamp } from './columns.ts';

export interface AgentsTables {
  'agents.agents': {
    id: string;
    tenant_id: TenantId;
    name: string;
    version: Generated<number>;
    archived_at: Date | null;
    created_at: Timestamp;
    updated_at: Timestamp;
  };
  'agents.versions': {
    tenant_id: TenantId;
    agent_id: string;
    version: number;
    definition: Json<object>;
    created_by: string;
    created_at: Timestamp;
  };
  'agents.contexts': {
    id: string;
    tenant_id: TenantId;
    agent_id: string;
    owner: string;
    expires_at: Date;
    created_at: Timestamp;
  };
  'agents.executions': {
    id: string;
    tenant_id: TenantId;
    agent_id: string;
    version: number;
    context_id: string | null;
    mode: 'sync' | 'async';
    status: 'queued' | 'running' | 'completed' | 'failed' | 'cancelled';
    input: string;
    output: Json<object> | null;
    error_kind: string | null;
    error: string | null;
    prompt: Json<PromptUsed> | null;
    model: string | null;
    tokens_in: Generated<number>;
    tokens_out: Generated<number>;
    cost_micros: number | null;
    latency_ms: number | null;
    requested_by: string;
    created_at: Timestamp;
    started_at: Date | null;
    ended_at: Date | null;
  };
  'agents.messages': {
    id: string;
    tenant_id: TenantId;
    context_id: string;
    execution_id: string;
    role: 'user' | 'assistant';
    content: string;
    created_at: Timestamp;
  };
}
