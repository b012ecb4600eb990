import type { Generated } from 'kysely';
import type { Json, TenantId, Timestamp } from './columns.ts';

export interface ContextRepositoriesTables {
  'context.git_connections': {
    id: string;
    tenant_id: TenantId;
    provider: 'github' | 'gitlab';
    name: string;
    api_url: string;
    /** Sealed; so is the previous one, which is accepted until `previous_until`. */
    webhook_secret: string;
    previous_secret: string | null;
    previous_until: Date | null;
    /** Sealed JSON; null without one. */
    credential: string | null;
    last_delivery_at: Date | null;
    last_error: string | null;
    created_at: Timestamp;
  };
  'context.git_deliveries': {
    id: string;
    tenant_id: TenantId;
    connection_id: string;
    delivery_key: string;
    event: string;
    state: Generated<'queued' | 'processed' | 'ignored' | 'failed'>;
    reason: string | null;
    /** JSON as it was received; null once it was processed. */
    payload: string | null;
    received_at: Timestamp;
    /** Null until the job that processes it was enqueued. */
    enqueued_at: Date | null;
    processed_at: Date | null;
  };
  'context.repositories': {
    id: string;
    tenant_id: TenantId;
    host: string;
    full_name: string;
    /** `host/owner/name` in lower case. */
    name_key: string;
    connection_id: string | null;
    default_branch: string | null;
    web_url: string | null;
    created_at: Timestamp;
  };
  'context.commits': {
    id: string;
    tenant_id: TenantId;
    repository_id: string;
    sha: string;
    message: string;
    author_name: string | null;
    author_email: string | null;
    authored_at: Date;
    /** Minutes east of UTC, as the author's clock had it. */
    authored_offset: Generated<number>;
    committed_at: Date;
    parents: Generated<string[]>;
    /** The branch that it was first seen on. */
    branch: string | null;
    kind: 'ordinary' | 'merge' | 'bot' | 'release';
    added: number | null;
    deleted: number | null;
    /** Digest of the changed lines, the same after a rebase; null while the diff is unknown. */
    patch_id: string | null;
    /** Digests of the lines that it adds; null while the diff is unknown. */
    line_digests: number[] | null;
    web_url: string | null;
    source: 'push' | 'api' | 'capture';
    /** When a forced push left it behind. */
    unreachable_at: Date | null;
    recorded_at: Timestamp;
  };
  'context.commit_files': {
    tenant_id: TenantId;
    commit_id: string;
    path: string;
    previous_path: string | null;
    change: 'added' | 'modified' | 'removed' | 'renamed';
    added: number | null;
    deleted: number | null;
    /** Unified diff; null when unknown or too long. */
    patch: string | null;
  };
  'context.commit_heirs': {
    tenant_id: TenantId;
    commit_id: string;
    heir_id: string;
    how:
      | 'told'
      | 'same-change'
      | 'same-author-and-time'
      | 'squash'
      | 'cherry-pick'
      | 'contained'
      | 'restored';
    found_at: Timestamp;
  };
  'context.attributions': {
    tenant_id: TenantId;
    commit_id: string;
    source: 'git-ai' | 'agent-trace';
    /** Of the conversation, as its tool names it. */
    session_id: string;
    tool: string | null;
    /** Lines of the commit's files that the session wrote. */
    files: Json<{ path: string; ranges: [first: number, last: number][] }[]>;
    recorded_at: Timestamp;
  };
}
