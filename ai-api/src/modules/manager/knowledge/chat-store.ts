import { type Selectable, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Schema, TenantTransaction } from '../../../platform/database/index.ts';

export type TurnRecord = Selectable<Schema['knowledge.turns']>;
export type ConversationRecord = Selectable<Schema['knowledge.conversations']>;

/** A conversation of its owner; undefined for one of another user. */
export function findConversation(
  transaction: TenantTransaction,
  id: string,
  owner: string,
): Promise<ConversationRecord | undefined> {
  return transaction
    .selectFrom('knowledge.conversations')
    .selectAll()
    .where('id', '=', id)
    .where('owner', '=', owner)
    .executeTakeFirst();
}

/** Makes a conversation, or marks it as gone on with. */
export async function keepConversation(
  transaction: TenantTransaction,
  id: string | null,
  owner: string,
): Promise<string> {
  const kept = id ?? uuidv7();
  await transaction
    .insertInto('knowledge.conversations')
    .values({ id: kept, owner })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ updated_at: sql<Date>`now()` }))
    .execute();
  return kept;
}

export type NewTurn = Pick<
  TurnRecord,
  | 'conversation_id'
  | 'question'
  | 'status'
  | 'engine'
  | 'answer'
  | 'model'
  | 'model_failure'
  | 'meaning'
  | 'trace_id'
> & { sentences: readonly object[]; citations: readonly object[]; prompt: object | null };

export function insertTurn(
  transaction: TenantTransaction,
  { sentences, citations, prompt, ...values }: NewTurn,
): Promise<TurnRecord> {
  return transaction
    .insertInto('knowledge.turns')
    .values({
      id: uuidv7(),
      sentences: JSON.stringify(sentences),
      citations: JSON.stringify(citations),
      prompt: prompt && JSON.stringify(prompt),
      ...values,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** The newest turns of a conversation, oldest first. */
export async function turnsOf(
  transaction: TenantTransaction,
  conversationId: string,
  limit: number,
): Promise<TurnRecord[]> {
  const rows = await transaction
    .selectFrom('knowledge.turns')
    .selectAll()
    .where('conversation_id', '=', conversationId)
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return rows.toReversed();
}

export function findTurn(transaction: TenantTransaction, id: string): Promise<TurnRecord | undefined> {
  return transaction.selectFrom('knowledge.turns').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Keeps what the owner of a conversation says about a turn; undefined for a turn of another user. */
export function rateTurn(
  transaction: TenantTransaction,
  id: string,
  owner: string,
  helpful: boolean,
  comment: string | null,
): Promise<TurnRecord | undefined> {
  return transaction
    .updateTable('knowledge.turns')
    .set({ helpful, comment })
    .where('id', '=', id)
    .where((eb) =>
      eb(
        'conversation_id',
        'in',
        eb.selectFrom('knowledge.conversations').select('id').where('owner', '=', owner),
      ),
    )
    .returningAll()
    .executeTakeFirst();
}
