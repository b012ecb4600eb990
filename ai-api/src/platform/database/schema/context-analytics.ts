import type { TenantId, Timestamp } from './columns.ts';

export interface ContextAnalyticsTables {
  'context.activity_hours': {
    tenant_id: TenantId;
    conversation_id: string;
    hour: Date;
    /** Of the message, or else the first of its conversation; empty for none. */
    model: string;
    messages: number;
    prompts: number;
    tool_calls: number;
    /** Calls of tools that edit files, with those that the person refused. */
    edits: number;
    edits_rejected: number;
    tokens_input: number;
    tokens_output: number;
    tokens_cache_read: number;
    tokens_cache_write: number;
  };
  'context.activity_days': {
    tenant_id: TenantId;
    day: string;
    owner: string;
    /** The owner's team when the day was first computed; empty for none. */
    team: string;
    tool: string;
    model: string;
    /** Whether the conversations of the row have a confirmed link. */
    is_linked: boolean;
    /** Conversations that began on the day, those that edited files, and what became of these. */
    conversations: number;
    conversations_edited: number;
    conversations_linked: number;
    conversations_suggested: number;
    conversations_timed: number;
    /** From the beginning of the timed conversations to their first commit. */
    commit_seconds: number;
    messages: number;
    prompts: number;
    tool_calls: number;
    /** Calls of tools that edit files, with those that the person refused. */
    edits: number;
    edits_rejected: number;
    tokens_input: number;
    tokens_output: number;
    tokens_cache_read: number;
    tokens_cache_write: number;
    computed_at: Date;
  };
  'context.commit_figures': {
    tenant_id: TenantId;
    commit_id: string;
    repository_id: string;
    day: string;
    /** `user:<id>`, a digest of an address that belongs to no user, or `unknown`. */
    author: string;
    team: string;
    /** False for merges, bots, commits that were replaced and those that a forced push left behind. */
    is_counted: boolean;
    is_linked: boolean;
    is_suggested: boolean;
    /** Lines added and deleted. */
    lines: number;
    /** Added lines whose text is known, and those of them that changed again within two weeks. */
    lines_followed: number;
    lines_reworked: number;
  };
  'context.commit_tokens': {
    tenant_id: TenantId;
    commit_id: string;
    conversation_id: string;
    model: string;
    tokens_input: number;
    tokens_output: number;
    tokens_cache_read: number;
    tokens_cache_write: number;
  };
  'context.retained_links': {
    tenant_id: TenantId;
    commit_id: string;
    /** Of the conversations that retention removed. */
    owner: string;
    status: 'suggested' | 'confirmed';
    /** Empty where the conversations had no tokens. */
    model: string;
    tokens_input: number;
    tokens_output: number;
    tokens_cache_read: number;
    tokens_cache_write: number;
  };
  'context.knowledge_gaps': {
    id: string;
    tenant_id: TenantId;
    topic: string;
    /** The error or file that the questions have in common. */
    shared: string | null;
    created_at: Timestamp;
  };
  'context.knowledge_gap_members': {
    tenant_id: TenantId;
    gap_id: string;
    conversation_id: string;
    asked_at: Date;
    closeness: number;
  };
  'context.model_prices': {
    tenant_id: TenantId;
    model: string;
    valid_from: string;
    /** Micro-dollars for one token. */
    input_micros: number;
    output_micros: number;
    cache_read_micros: number;
    cache_write_micros: number;
    set_by: string;
    set_at: Timestamp;
  };
  'context.vendor_spend': {
    tenant_id: TenantId;
    vendor: string;
    day: string;
    model: string;
    cost_micros: number;
    imported_by: string;
    imported_at: Timestamp;
  };
  'context.analytics_state': {
    tenant_id: TenantId;
    computed_until: Date | null;
    /** Days before it are final: what they were made of may be gone. */
    closed_before: string | null;
    /** How long conversations are kept; null for ever. */
    retention_days: number | null;
  };
}
