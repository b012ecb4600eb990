import { type Selectable, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Schema, TenantTransaction } from '../../../platform/database/index.ts';
import type { ExecutionState } from './schema.ts';

export type ExecutionRecord = Selectable<Schema['agents.executions']>;

/** What an execution came to. */
export interface Outcome extends Usage {
  status: 'completed' | 'failed';
  output: Record<string, unknown> | null;
  failure: { kind: string; message: string } | null;
  prompt: { name: string; version: number | string } | null;
  model: string | null;
  latencyMs: number | null;
}

/** What its calls to models used and cost, in micro-dollars. */
export interface Usage {
  tokensIn: number;
  tokensOut: number;
  costMicros: number | null;
}

export function insertExecution(
  transaction: TenantTransaction,
  values: Pick<
    ExecutionRecord,
    'agent_id' | 'version' | 'context_id' | 'mode' | 'input' | 'requested_by' | 'created_at'
  >,
): Promise<ExecutionRecord> {
  return transaction
    .insertInto('agents.executions')
    .values({ id: uuidv7(), status: 'queued', ...values, ...NOTHING_YET })
    .returningAll()
    .executeTakeFirstOrThrow();
}

const NOTHING_YET = {
  output: null,
  error_kind: null,
  error: null,
  prompt: null,
  model: null,
  cost_micros: null,
  latency_ms: null,
  started_at: null,
  ended_at: null,
};

/** The executions with these ids, in one query. */
export async function executionsByIds(
  transaction: TenantTransaction,
  ids: readonly string[],
): Promise<ExecutionRecord[]> {
  if (ids.length === 0) return [];
  return transaction
    .selectFrom('agents.executions')
    .selectAll()
    .where('id', 'in', [...ids])
    .execute();
}

export function findExecution(
  transaction: TenantTransaction,
  id: string,
): Promise<ExecutionRecord | undefined> {
  return transaction.selectFrom('agents.executions').selectAll().where('id', '=', id).executeTakeFirst();
}

interface ExecutionFilter {
  agentId?: string | undefined;
  status?: ExecutionState | undefined;
  contextId?: string | undefined;
}

/** Executions before `before`, newest first. */
export function listExecutions(
  transaction: TenantTransaction,
  { agentId, status, contextId }: ExecutionFilter,
  before: string | null,
  limit: number,
): Promise<ExecutionRecord[]> {
  let query = transaction.selectFrom('agents.executions').selectAll().orderBy('id', 'desc').limit(limit);
  if (before) query = query.where('id', '<', before);
  if (agentId !== undefined) query = query.where('agent_id', '=', agentId);
  if (status !== undefined) query = query.where('status', '=', status);
  if (contextId !== undefined) query = query.where('context_id', '=', contextId);
  return query.execute();
}

/** Marks an execution as running. False when it has ended, by being cancelled say. */
export async function startExecution(
  transaction: TenantTransaction,
  id: string,
  now: Date,
): Promise<boolean> {
  const updated = await transaction
    .updateTable('agents.executions')
    .set({ status: 'running', started_at: now })
    .where('id', '=', id)
    .where('status', 'in', ['queued', 'running'])
    .executeTakeFirst();
  return updated.numUpdatedRows === 1n;
}

/** Ends an execution. Null when it has ended already: then nothing of it may be kept. */
export async function endExecution(
  transaction: TenantTransaction,
  id: string,
  { status, output, failure, prompt, model, tokensIn, tokensOut, costMicros, latencyMs }: Outcome,
  now: Date,
): Promise<ExecutionRecord | null> {
  const row = await transaction
    .updateTable('agents.executions')
    .set({
      status,
      output: output && JSON.stringify(output),
      error_kind: failure?.kind ?? null,
      error: failure?.message ?? null,
      prompt: prompt && JSON.stringify(prompt),
      model,
      tokens_in: tokensIn,
      tokens_out: tokensOut,
      cost_micros: costMicros,
      latency_ms: latencyMs,
      ended_at: now,
    })
    .where('id', '=', id)
    .where('status', 'in', ['queued', 'running'])
    .returningAll()
    .executeTakeFirst();
  return row ?? null;
}

/** Cancels an execution that has not ended; null when it has. */
export async function cancelExecution(
  transaction: TenantTransaction,
  id: string,
  now: Date,
): Promise<ExecutionRecord | null> {
  const row = await transaction
    .updateTable('agents.executions')
    .set({ status: 'cancelled', ended_at: now })
    .where('id', '=', id)
    .where('status', 'in', ['queued', 'running'])
    .returningAll()
    .executeTakeFirst();
  return row ?? null;
}

/** Micro-dollars that an agent's executions of a day (UTC) have cost, from midnight on. */
export async function spentOn(transaction: TenantTransaction, agentId: string, day: Date): Promise<number> {
  const midnight = new Date(`${day.toISOString().slice(0, 10)}T00:00:00Z`);
  const { spent } = await transaction
    .selectFrom('agents.executions')
    .select((eb) => eb.fn.coalesce(eb.fn.sum<number>('cost_micros'), sql<number>`0`).as('spent'))
    .where('agent_id', '=', agentId)
    .where('created_at', '>=', midnight)
    .executeTakeFirstOrThrow();
  return Number(spent);
}
