import type { Selectable } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Schema, TenantTransaction } from '../../../platform/database/index.ts';

export type ContextRecord = Selectable<Schema['agents.contexts']>;
export type MessageRecord = Selectable<Schema['agents.messages']>;

/** Begins a conversation; what has expired in the meantime goes. */
export async function insertContext(
  transaction: TenantTransaction,
  agentId: string,
  owner: string,
  { now, hours }: { now: Date; hours: number },
): Promise<string> {
  await transaction.deleteFrom('agents.contexts').where('expires_at', '<=', now).execute();
  const { id } = await transaction
    .insertInto('agents.contexts')
    .values({ id: uuidv7(), agent_id: agentId, owner, expires_at: hoursAfter(now, hours) })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

/** A conversation of its owner that has not expired. */
export function findContext(
  transaction: TenantTransaction,
  id: string,
  owner: string,
  now: Date,
): Promise<ContextRecord | undefined> {
  return ofOwner(transaction, id, owner, now).executeTakeFirst();
}

/** The same, locked until the transaction ends. */
export function lockContext(
  transaction: TenantTransaction,
  id: string,
  owner: string,
  now: Date,
): Promise<ContextRecord | undefined> {
  return ofOwner(transaction, id, owner, now).forUpdate().executeTakeFirst();
}

function ofOwner(transaction: TenantTransaction, id: string, owner: string, now: Date) {
  return transaction
    .selectFrom('agents.contexts')
    .selectAll()
    .where('id', '=', id)
    .where('owner', '=', owner)
    .where('expires_at', '>', now);
}

export async function deleteContext(
  transaction: TenantTransaction,
  id: string,
  owner: string,
): Promise<boolean> {
  const deleted = await transaction
    .deleteFrom('agents.contexts')
    .where('id', '=', id)
    .where('owner', '=', owner)
    .executeTakeFirst();
  return deleted.numDeletedRows === 1n;
}

/** The newest messages of a conversation, oldest first. */
export async function newestMessages(
  transaction: TenantTransaction,
  contextId: string,
  limit: number,
): Promise<MessageRecord[]> {
  const rows = await transaction
    .selectFrom('agents.messages')
    .selectAll()
    .where('context_id', '=', contextId)
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return rows.toReversed();
}

/** Adds what was asked and answered, and keeps the conversation for so many hours more. */
export async function addTurn(
  transaction: TenantTransaction,
  contextId: string,
  executionId: string,
  turn: { question: string; answer: string; now: Date; hours: number },
): Promise<void> {
  const kept = await transaction
    .updateTable('agents.contexts')
    .set({ expires_at: hoursAfter(turn.now, turn.hours) })
    .where('id', '=', contextId)
    .executeTakeFirst();
  if (kept.numUpdatedRows !== 1n) return;
  const row = (role: 'user' | 'assistant', content: string) => ({
    id: uuidv7(),
    context_id: contextId,
    execution_id: executionId,
    role,
    content,
  });
  await transaction
    .insertInto('agents.messages')
    .values([row('user', turn.question), row('assistant', turn.answer)])
    .execute();
}

/** The execution that a conversation waits for; undefined when there is none. */
export async function openExecution(transaction: TenantTransaction, contextId: string): Promise<boolean> {
  const open = await transaction
    .selectFrom('agents.executions')
    .select('id')
    .where('context_id', '=', contextId)
    .where('status', 'in', ['queued', 'running'])
    .executeTakeFirst();
  return open !== undefined;
}

function hoursAfter(start: Date, hours: number): Date {
  return new Date(start.getTime() + hours * 3_600_000);
}
