import type { TenantTransaction } from '../../../platform/database/index.ts';
import { mentions, type PersonalData } from '../../../platform/personal-data.ts';
import { systemActor } from '../../shared/audit/index.ts';
import { anonymiseRemovals } from './policy-store.ts';
import { type RemovalSetup, removeConversations } from './removing.ts';
import { type ConversationRecord, eachConversation } from './store.ts';

const PAGE = 50;
const OF_CONVERSATION = { column: 'conversation_id', table: 'context.conversations' };

/** The conversations of a person: all of them in an export, none of them after an erasure. */
export function personalDataOf(removal: RemovalSetup): PersonalData {
  return {
    tables: [
      { table: 'context.conversations', of: ['owner'], by: ['owner_name', 'agent_name'] },
      { table: 'context.messages', within: OF_CONVERSATION },
      { table: 'context.tool_calls', within: OF_CONVERSATION },
      { table: 'context.edits', within: OF_CONVERSATION },
      { table: 'context.commits_seen', within: OF_CONVERSATION },
      { table: 'context.redactions', within: OF_CONVERSATION },
      { table: 'context.removals', of: ['owner'] },
      { ...mentions('context.shares', 'created_by'), withheld: ['token_hash'] },
      mentions('context.policies', 'created_by'),
    ],
    disclosure: {
      categories: ['Conversations with coding assistants: messages, tool calls and edits'],
      source: 'The capture command, and tools that save conversations',
      purpose: 'Finding how code came about',
      sharedWith: ['The embedding provider that the company configured'],
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
