import type { z } from 'zod';
import type { Tool } from '../formats/model.ts';
import type {
  conversationDetail,
  messageView as messageSchema,
  conversationView as viewSchema,
} from './schema.ts';
import type { CommitRecord, ConversationRecord, EditRecord, MessageRecord, ToolCallRecord } from './store.ts';

export type ConversationView = z.input<typeof viewSchema>;
export type ConversationDetail = z.input<typeof conversationDetail>;
export type MessageView = z.output<typeof messageSchema>;

const iso = (date: Date | null) => date?.toISOString() ?? null;

export function conversationView(row: ConversationRecord, reader: string): ConversationView {
  return {
    id: row.id,
    tool: row.tool as Tool,
    sessionId: row.session_id,
    title: row.title,
    owner: row.owner,
    ownerName: row.owner_name,
    mine: row.owner === reader,
    private: row.is_private,
    tags: row.tags,
    repository: row.repository,
    branch: row.branch,
    workingDirectory: row.working_directory,
    models: row.models,
    messages: row.messages,
    toolCalls: row.tool_calls,
    commits: row.commits,
    redactions: row.redactions,
    tokens: {
      input: row.tokens_input,
      output: row.tokens_output,
      cacheRead: row.tokens_cache_read,
      cacheWrite: row.tokens_cache_write,
    },
    parentId: row.parent_id,
    agentName: row.agent_name,
    localTime: row.local_time,
    startedAt: iso(row.started_at),
    endedAt: iso(row.ended_at),
    activeAt: row.active_at.toISOString(),
    createdAt: row.created_at.toISOString(),
    embeddingStatus: row.embedding_status,
  };
}

export function detailView(
  row: ConversationRecord,
  reader: string,
  commits: readonly CommitRecord[],
  agents: readonly Pick<ConversationRecord, 'id' | 'title' | 'agent_name'>[],
): ConversationDetail {
  return {
    ...conversationView(row, reader),
    toolVersion: row.tool_version,
    embeddingError: row.embedding_error,
    continuesId: row.continues_id,
    files: row.files,
    pullRequests: row.pull_requests,
    commitsSeen: commits.map(({ sha, kind, subject, branch, message_id }) => ({
      sha,
      kind,
      subject,
      branch,
      messageId: message_id,
    })),
    agents: agents.map(({ id, title, agent_name }) => ({ id, title, agentName: agent_name })),
  };
}

/** Messages with their tool calls, in their order. */
export function messageViews(
  rows: readonly MessageRecord[],
  { calls, edits }: { calls: readonly ToolCallRecord[]; edits: readonly EditRecord[] },
): MessageView[] {
  const callsOf = Map.groupBy(calls, ({ message_id }) => message_id);
  const editsOf = Map.groupBy(edits, ({ message_id, call_place }) => `${message_id} ${call_place}`);
  return rows.map((row) => ({
    id: row.id,
    recordId: row.record_id,
    parentId: row.parent_id,
    author: row.author,
    text: row.text,
    thinking: row.thinking,
    model: row.model,
    tokens: tokensOf(row),
    at: iso(row.said_at),
    toolCalls: (callsOf.get(row.id) ?? []).map((call) => ({
      id: call.source_id,
      name: call.name,
      action: call.action,
      input: call.input,
      output: call.output,
      failed: call.failed,
      rejected: call.rejected,
      filesRead: call.files_read,
      edits: (editsOf.get(`${row.id} ${call.place}`) ?? []).map(({ path, before, after }) => ({
        path,
        before,
        after,
      })),
    })),
  }));
}

function tokensOf(row: MessageRecord): MessageView['tokens'] {
  if (row.tokens_input === null || row.tokens_output === null) return null;
  return {
    input: row.tokens_input,
    output: row.tokens_output,
    cacheRead: row.tokens_cache_read ?? 0,
    cacheWrite: row.tokens_cache_write ?? 0,
  };
}
