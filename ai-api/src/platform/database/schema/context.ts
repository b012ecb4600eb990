import type { Generated } from 'kysely';
import type { TenantId, Timestamp } from './columns.ts';

export interface ContextTables {
  'context.conversations': {
    id: string;
    tenant_id: TenantId;
    tool: string;
    session_id: string;
    /** First day of the month in which it began: the partition of its messages. */
    month: string;
    /** `user:<id>`, or `key:<id>` of a key that acted for no person. */
    owner: string;
    owner_name: string;
    parent_session_id: string | null;
    parent_id: string | null;
    /** The conversation that owns the records with which this one began. */
    continues_id: string | null;
    agent_name: string | null;
    title: string;
    titled_by_person: Generated<boolean>;
    working_directory: string | null;
    repository: string | null;
    branch: string | null;
    tool_version: string | null;
    local_time: Generated<boolean>;
    started_at: Date | null;
    ended_at: Date | null;
    /** When something was last said, as far as it is known. */
    active_at: Date;
    is_private: Generated<boolean>;
    tags: Generated<string[]>;
    pull_requests: Generated<string[]>;
    models: Generated<string[]>;
    files: Generated<string[]>;
    messages: Generated<number>;
    tool_calls: Generated<number>;
    commits: Generated<number>;
    redactions: Generated<number>;
    tokens_input: Generated<number>;
    tokens_output: Generated<number>;
    tokens_cache_read: Generated<number>;
    tokens_cache_write: Generated<number>;
    embedding_status: Generated<'pending' | 'completed' | 'failed'>;
    embedding_error: string | null;
    created_at: Timestamp;
    updated_at: Timestamp;
  };
  'context.commits_seen': {
    tenant_id: TenantId;
    conversation_id: string;
    sha: string;
    kind: 'made' | 'head' | 'pull-request';
    subject: string | null;
    branch: string | null;
    message_id: string | null;
  };
  'context.records': {
    tenant_id: TenantId;
    id: string;
    /** Null when the conversation was removed. */
    conversation_id: string | null;
    place: number;
    digest: string;
  };
  'context.messages': {
    tenant_id: TenantId;
    month: string;
    conversation_id: string;
    id: string;
    record_id: string;
    parent_id: string | null;
    place: number;
    author: 'human' | 'assistant' | 'tool' | 'system';
    text: string;
    thinking: string | null;
    model: string | null;
    tokens_input: number | null;
    tokens_output: number | null;
    tokens_cache_read: number | null;
    tokens_cache_write: number | null;
    said_at: Date | null;
  };
  'context.tool_calls': {
    tenant_id: TenantId;
    month: string;
    conversation_id: string;
    message_id: string;
    place: number;
    source_id: string;
    name: string;
    action: string;
    input: string;
    output: string | null;
    failed: boolean;
    rejected: boolean;
    files_read: string[];
  };
  'context.edits': {
    tenant_id: TenantId;
    month: string;
    conversation_id: string;
    message_id: string;
    call_place: number;
    place: number;
    path: string;
    before: string | null;
    after: string | null;
  };
  'context.redactions': {
    tenant_id: TenantId;
    conversation_id: string;
    message_id: string;
    field: string;
    rule: string;
    count: number;
  };
  'context.removals': {
    tenant_id: TenantId;
    session_digest: string;
    owner: string;
    reason: string;
    removed_at: Timestamp;
  };
  'context.policies': {
    id: string;
    tenant_id: TenantId;
    scope: 'repository' | 'path';
    pattern: string;
    action: 'keep' | 'redact' | 'do-not-save';
    reason: string | null;
    created_by: string;
    created_at: Timestamp;
  };
  'context.shares': {
    id: string;
    tenant_id: TenantId;
    conversation_id: string;
    token_hash: string;
    created_by: string;
    expires_at: Date;
    revoked_at: Date | null;
    created_at: Timestamp;
  };
  'context.passages': {
    id: string;
    tenant_id: TenantId;
    conversation_id: string;
    /** Where the passage begins. */
    message_id: string;
    place: number;
    human: string;
    answer: string;
    tools: string;
    /** The first seven digits of each commit. */
    shas: string[];
    /** Identifiers and paths, for the search by parts of names. */
    names: string;
    words: string;
    digest: string;
  };
}
