import { sql } from 'kysely';
import type { Collections } from '../../../models/embeddings/collections.ts';
import { mentions, namesPerson, type PersonalData } from '../../../platform/personal-data.ts';
import { byAge } from '../../../platform/retention.ts';
import { COLLECTION } from './search.ts';

/** Questions that people asked, and who uploaded which document. */
export function personalDataOf({ collections }: { collections: Collections }): PersonalData {
  return {
    tables: [
      {
        table: 'knowledge.turns',
        within: { column: 'conversation_id', table: 'knowledge.conversations' },
        erase: 'delete',
      },
      { table: 'knowledge.conversations', of: ['owner'], erase: 'delete' },
      mentions('knowledge.documents', 'created_by'),
      mentions('knowledge.versions', 'uploaded_by'),
      mentions('knowledge.passages'),
    ],
    disclosure: {
      categories: ['Questions about policies and their answers'],
      source: 'People who ask',
      purpose: 'Answering from the documents of the company',
      sharedWith: ['The model and embedding providers that the company configured'],
    },
    traces: async (transaction, known) => {
      const { rows } = await sql<{ id: string }>`
        select distinct turn.trace_id as id from knowledge.turns as turn
        inner join knowledge.conversations as conversation on conversation.id = turn.conversation_id
        where turn.trace_id is not null and ${namesPerson(sql.ref('conversation.owner'), known)}`.execute(
        transaction,
      );
      return rows.map(({ id }) => id);
    },
    // A changed passage is found by its words until its document is indexed again.
    forget: async (transaction, table, ids) => {
      if (table !== 'knowledge.passages') return 0;
      await collections.remove(transaction, COLLECTION, ids);
      return ids.length;
    },
    retention: [
      byAge({
        kind: 'questions',
        title: 'Questions about policies and their answers',
        keeps: 'The documents that were asked about.',
        isPlanLimited: true,
        table: 'knowledge.conversations',
        column: 'updated_at',
        defaultDays: null,
        minDays: 1,
        maxDays: 3650,
      }),
    ],
  };
}
