import { sql } from 'kysely';
import { mentions, type NamedPersonalData, namesPerson } from '../platform/personal-data.ts';
import { countWords, forgetWords } from './ledger/store.ts';

/**
 * Calls of models and their traces. After an erasure of a person, tokens and cost are left, without texts.
 * @param textDays days for which the installation keeps texts where a company did not decide
 */
export const modelDataOf = (textDays: number): NamedPersonalData => ({
  module: 'models',
  tables: [
    {
      table: 'models.calls',
      of: ['subject', 'person'],
      erase: {
        set: { subject: null, person: null, session_id: null, input: null, output: null, error: null },
      },
    },
    { table: 'models.traces', of: ['content{}'], erase: 'delete' },
    { ...mentions('models.embeddings'), exported: false },
    { ...mentions('models.embedding_cache'), exported: false },
  ],
  disclosure: {
    categories: ['Texts sent to models and their answers, with e-mail addresses and numbers masked'],
    source: 'Judgements, questions and agents',
    purpose: 'Accounting for cost, and explaining what a model answered',
    sharedWith: [
      'The model providers that the company configured',
      'Langfuse, where the company connected it',
    ],
  },
  traces: async (transaction, known) => {
    const { rows } = await sql<{ id: string }>`
      select trace_id as id from models.calls
      where trace_id is not null
        and (${namesPerson(sql.ref('subject'), known)} or ${namesPerson(sql.ref('person'), known)})
      union
      select id from models.traces
      where exists (select from unnest(${[...known]}::text[]) as one
        where position('"' || one || '"' in content::text) > 0
          or (position('@' in one) > 0 and position('"' || lower(one) || '"' in lower(content::text)) > 0)
          or content::text ~ ('"[^" ]+ for ' || regexp_replace(one, '([^[:alnum:]])', '\\\\\\1', 'g') || '"'))`.execute(
      transaction,
    );
    return rows.map(({ id }) => id);
  },
  // Vectors in the cache are found by a digest of their text; those that are still needed are made again.
  erase: async (transaction) => {
    const { numDeletedRows } = await transaction.deleteFrom('models.embedding_cache').executeTakeFirst();
    return Number(numDeletedRows);
  },
  retention: [
    {
      kind: 'model-texts',
      title: 'Texts sent to models and their answers, with traces',
      tables: ['models.calls', 'models.traces'],
      keeps: 'Tokens, cost and outcome of each call.',
      defaultDays: textDays,
      minDays: 1,
      maxDays: 3650,
      count: countWords,
      remove: (transaction, _tenantId, before, limit) => forgetWords(transaction, before, limit),
    },
  ],
});
