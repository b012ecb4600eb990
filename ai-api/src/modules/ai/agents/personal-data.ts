import type { TenantTransaction } from '../../../platform/database/index.ts';
import { mentions, type PersonalData } from '../../../platform/personal-data.ts';
import { countOlder } from '../../../platform/retention.ts';

/** What people asked agents, and what these answered. */
export function personalData(): PersonalData {
  return {
    tables: [
      mentions('agents.agents'),
      mentions('agents.versions', 'created_by'),
      {
        table: 'agents.messages',
        within: { column: 'context_id', table: 'agents.contexts' },
        erase: 'delete',
      },
      { table: 'agents.contexts', of: ['owner'], erase: 'delete' },
      {
        table: 'agents.executions',
        of: ['requested_by'],
        erase: { set: { input: '', output: null, error: null, requested_by: '{name}' } },
      },
    ],
    disclosure: {
      categories: ['Questions to agents and their answers'],
      source: 'People and workflows that use agents',
      purpose: 'Answering, and going on with a conversation',
      sharedWith: ['The model providers that the company configured'],
    },
    retention: [
      {
        kind: 'agent-executions',
        title: 'Questions to agents and their answers',
        tables: ['agents.contexts', 'agents.messages', 'agents.executions'],
        defaultDays: null,
        minDays: 7,
        floor: 'An execution of the last week may still be looked into.',
        keeps: 'Executions that go on.',
        maxDays: 3650,
        isPlanLimited: true,
        count: (transaction, before) =>
          countOlder(transaction, { table: 'agents.executions', column: 'ended_at' }, before),
        remove: removeExecutions,
      },
    ],
  };
}

/** Messages first, which name their execution; a context goes with its last message, once it has expired. */
async function removeExecutions(
  transaction: TenantTransaction,
  _tenantId: string,
  before: Date,
  limit: number,
): Promise<number> {
  const rows = await transaction
    .selectFrom('agents.executions')
    .select('id')
    .where('ended_at', '<', before)
    .orderBy('id')
    .limit(limit)
    .execute();
  if (rows.length === 0) return 0;
  const ids = rows.map(({ id }) => id);
  await transaction.deleteFrom('agents.messages').where('execution_id', 'in', ids).execute();
  await transaction.deleteFrom('agents.executions').where('id', 'in', ids).execute();
  await transaction
    .deleteFrom('agents.contexts')
    .where('expires_at', '<', before)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('agents.messages')
            .select('id')
            .whereRef('agents.messages.context_id', '=', 'agents.contexts.id'),
        ),
      ),
    )
    .execute();
  return ids.length;
}
