import type { LevelState } from '../../../judgement/index.ts';
import type { Dashboards } from '../../../platform/dashboards.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import type { Events } from '../../shared/events/index.ts';
import type { Notifications } from '../../shared/notifications/index.ts';

interface Needs {
  events: Pick<Events, 'publish'>;
  notifications: Pick<Notifications, 'notify'>;
  dashboards: Dashboards;
}

export interface Announced {
  kind: string;
  version: number;
  state: LevelState;
  before: LevelState | null;
  score: number | null;
  reason: string;
}

/** Says what became of a level, in the transaction of the change: an event, and a notification when it is withdrawn. */
export function createAnnouncer({ events, notifications, dashboards }: Needs) {
  return async (transaction: TenantTransaction, tenantId: string, change: Announced): Promise<void> => {
    await events.publish(transaction, tenantId, 'level.changed', change);
    if (change.state !== 'withdrawn') return;
    const { kind, version, reason } = change;
    const link = dashboards.link('rules', {});
    await notifications.notify(
      transaction,
      { tenantId, by: 'levels' },
      {
        to: ['role:executive'],
        template: 'message',
        data: {
          title: `The level for ${kind} is withdrawn`,
          body: `${reason} Until a level is switched on again, the thresholds count.`,
          ...(link === null ? {} : { url: link }),
        },
        category: 'decisions',
        dedupeKey: `level:${kind}:${version}`,
        source: `level:${kind}`,
      },
    );
  };
}
