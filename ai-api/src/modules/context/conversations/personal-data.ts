import type { TenantTransaction } from '../../../platform/database/index.ts';
import type { PersonalData } from '../../../platform/personal-data.ts';
import { systemActor } from '../../shared/audit/index.ts';
import { anonymiseRemovals } from './policy-store.ts';
import { allMessages, describe } from './reading.ts';
import { type RemovalSetup, removeConversations } from './removing.ts';
import { type ConversationRecord, eachConversation } from './store.ts';

const PAGE = 50;

/** The conversations of a person: all of them in an access report, none of them after an erasure. */
export function personalDataOf(removal: RemovalSetup): PersonalData {
  return {
    tables: [
      'context.conversations',
      'context.messages',
      'context.tool_calls',
      'context.edits',
      'context.passages',
      'context.removals',
    ],
    about: async (transaction, subject) => {
      if (!subject.startsWith('user:')) return null;
      const conversations = [];
      for await (const row of conversationsOf(transaction, subject))
        conversations.push({
          ...(await describe(transaction, row, row.owner)),
          messageList: await allMessages(transaction, row),
        });
      return conversations.length > 0 ? { conversations } : null;
    },
    erase: async (transaction, tenantId, subject) => {
      if (!subject.startsWith('user:')) return 0;
      const rows: ConversationRecord[] = [];
      for await (const row of conversationsOf(transaction, subject)) rows.push(row);
      const actor = systemActor(tenantId, 'conversation.erase');
      await removeConversations(transaction, removal, actor, rows, { reason: 'erased', remember: true });
      await anonymiseRemovals(transaction, subject);
      return rows.length;
    },
  };
}

async function* conversationsOf(
  transaction: TenantTransaction,
  owner: string,
): AsyncGenerator<ConversationRecord> {
  for (let after: string | null = null; ; ) {
    const rows: ConversationRecord[] = await eachConversation(transaction, after, PAGE, owner);
    yield* rows;
    const last = rows.at(-1);
    if (!last) return;
    after = last.id;
  }
}
