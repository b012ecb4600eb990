import type { Dashboards } from '../../../platform/dashboards.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { instant } from '../../../platform/text/instant.ts';
import type { Events } from '../../shared/events/index.ts';
import type { Notifications } from '../../shared/notifications/index.ts';
import type { People } from '../../shared/people/index.ts';
import type { ContestRecord } from './store.ts';

interface Needs {
  events: Pick<Events, 'publish'>;
  people: Pick<People, 'findBuilder'>;
  notifications: Pick<Notifications, 'notify'>;
  dashboards: Dashboards;
}

export type Notices = ReturnType<typeof createNotices>;

/** Says what became of contests, in the transaction of the change: events, and notifications to people. */
export function createNotices({ events, people, notifications, dashboards }: Needs) {
  const core = (row: ContestRecord) => ({
    contestId: row.id,
    judgementId: row.judgement_id,
    kind: row.kind,
    builderId: row.builder_id ?? '',
    dueAt: row.due_at.toISOString(),
  });

  const notify = (
    transaction: TenantTransaction,
    row: ContestRecord,
    to: readonly string[],
    step: string,
    title: string,
    body: string,
    url: string | null,
  ) =>
    notifications.notify(
      transaction,
      { tenantId: row.tenant_id, by: 'contests' },
      {
        to,
        template: 'message',
        data: { title, body, ...(url === null ? {} : { url }) },
        category: 'decisions',
        dedupeKey: `contest:${row.id}:${step}`,
        source: `contest:${row.id}`,
      },
    );
  const page = (row: ContestRecord) => dashboards.link('contests', { contest: row.id });

  return {
    opened: async (transaction: TenantTransaction, row: ContestRecord): Promise<void> => {
      await events.publish(transaction, row.tenant_id, 'contest.opened', core(row));
      const title = `A judgement is contested: ${row.kind}`;
      const body = `Decide by ${instant(row.due_at)}. The person it concerns and anyone who decided it before cannot decide.\n\n${row.reason}`;
      await notify(transaction, row, ['role:executive'], 'opened', title, body, page(row));
    },

    /** Reminds executives; of an overdue contest admins too. */
    reminder: async (
      transaction: TenantTransaction,
      row: ContestRecord,
      isOverdue: boolean,
    ): Promise<void> => {
      await events.publish(transaction, row.tenant_id, 'contest.reminder', { ...core(row), isOverdue });
      const to = isOverdue ? ['role:executive', 'role:admin'] : ['role:executive'];
      const title = isOverdue ? 'A contest is past its deadline' : 'A contest waits for a decision';
      const body = `A contested judgement (${row.kind}) ${isOverdue ? 'was' : 'is'} to be decided by ${instant(row.due_at)}.`;
      await notify(transaction, row, to, isOverdue ? 'overdue' : 'reminder', title, body, page(row));
    },

    /** Notifies the person who contested of the decision and its reason. */
    decided: async (
      transaction: TenantTransaction,
      row: ContestRecord,
      state: 'upheld' | 'changed',
      result: string,
    ): Promise<void> => {
      await events.publish(transaction, row.tenant_id, 'contest.decided', {
        ...core(row),
        state,
        resultId: row.result_id,
        sentTo: row.sent_to.length,
      });
      if (row.builder_id === null || !(await people.findBuilder(transaction, row.builder_id))) return;
      const title =
        state === 'changed' ? `Your contest led to a change: ${result}` : `It stays as it was: ${result}`;
      const went =
        row.sent_to.length === 0
          ? ''
          : `\n\nThe old result had gone to ${row.sent_to.map(({ what, to }) => `${to} (${what})`).join(', ')}.`;
      const body = `${row.decided_by} decided your contest.\n\n${row.decision_reason}${went}`;
      const url = dashboards.link('my-contests', {}, 'ai-manager-builder');
      await notify(transaction, row, [`builder:${row.builder_id}`], 'decided', title, body, url);
    },
  };
}
