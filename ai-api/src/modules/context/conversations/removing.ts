import type { TenantTransaction } from '../../../platform/database/index.ts';
import { type Actor, record } from '../../shared/audit/index.ts';
import type { Events } from '../../shared/events/index.ts';
import type { Search } from '../search/index.ts';
import { insertRemovals } from './policy-store.ts';
import { deleteRecords, retireRecords } from './record-store.ts';
import { sessionDigest } from './session.ts';
import { type ConversationRecord, deleteConversations } from './store.ts';

export interface RemovalSetup {
  events: Events;
  search: Search;
}

export interface Removal {
  reason: string;
  /** Whether the sessions are kept out from now on; a policy does so in its own way, and only while it holds. */
  remember: boolean;
}

/** Removes conversations with their messages, passages and vectors, in one transaction. */
export async function removeConversations(
  transaction: TenantTransaction,
  { events, search }: RemovalSetup,
  actor: Actor,
  rows: readonly ConversationRecord[],
  { reason, remember }: Removal,
): Promise<void> {
  if (rows.length === 0) return;
  const ids = rows.map(({ id }) => id);
  if (remember)
    await insertRemovals(
      transaction,
      rows.map(({ tool, session_id, owner }) => ({
        session_digest: sessionDigest(tool, session_id),
        owner,
        reason,
      })),
    );
  await search.forget(transaction, ids);
  await (remember ? retireRecords : deleteRecords)(transaction, ids);
  await deleteConversations(transaction, ids);
  for (const { id } of rows)
    await events.publish(transaction, actor.tenantId, 'conversation.removed', { conversationId: id });
  for (const { id, owner, tool } of rows)
    await record(transaction, actor, {
      subject: `conversation:${id}`,
      details: [{ about: [owner], content: { removed: reason, tool } }],
    });
}
