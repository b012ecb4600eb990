import type { z } from 'zod';
import type { ContextRecord, MessageRecord } from './contexts.ts';
import type { ExecutionRecord } from './executions.ts';
import {
  type AgentView,
  type contextView,
  definition,
  type ExecutionView,
  type versionView,
} from './schema.ts';
import type { AgentRecord, VersionRecord } from './store.ts';

export function agentViewOf(row: AgentRecord): AgentView {
  return {
    agentId: row.id,
    version: row.version,
    ...definition.parse(row.definition),
    archivedAt: row.archived_at?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}

export function versionViewOf(row: VersionRecord): z.input<typeof versionView> {
  return {
    version: row.version,
    ...definition.parse(row.definition),
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
  };
}

export function executionViewOf(row: ExecutionRecord): ExecutionView {
  return {
    executionId: row.id,
    agentId: row.agent_id,
    version: row.version,
    contextId: row.context_id,
    status: row.status,
    input: row.input,
    output: row.output as Record<string, unknown> | null,
    failure: row.error_kind === null ? null : { kind: row.error_kind, message: row.error ?? '' },
    prompt: row.prompt,
    model: row.model,
    tokensIn: row.tokens_in,
    tokensOut: row.tokens_out,
    costMicros: row.cost_micros,
    latencyMs: row.latency_ms,
    requestedBy: row.requested_by,
    createdAt: row.created_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
    endedAt: row.ended_at?.toISOString() ?? null,
  };
}

export function contextViewOf(row: ContextRecord, messages: MessageRecord[]): z.input<typeof contextView> {
  return {
    contextId: row.id,
    agentId: row.agent_id,
    expiresAt: row.expires_at.toISOString(),
    createdAt: row.created_at.toISOString(),
    messages: messages.map(({ role, content, execution_id, created_at }) => ({
      role,
      content,
      executionId: execution_id,
      createdAt: created_at.toISOString(),
    })),
  };
}
