import type { Logger } from 'pino';
import { PLANS, type Plan, type Quota } from '../../../contract/plans.ts';
import { Problem } from '../../../http/problem.ts';
import type { Dashboards } from '../../../platform/dashboards.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { instant } from '../../../platform/text/instant.ts';
import type { Events } from '../events/index.ts';
import type { Notifications } from '../notifications/index.ts';
import { inWords, WORDS } from './amounts.ts';
import { insertNotice } from './store.ts';

/** Shares of a limit at which administrators are notified, in percent. */
export const WARN_AT = 80;
const REACHED_AT = 100;

/** How much of a limit is used. */
export interface Use {
  plan: Plan;
  quota: Quota;
  used: number;
  limit: number;
  /** The day or month that it is counted in; of what is measured the month of the notice. */
  period: string;
  resetsAt: Date | null;
}

interface Parts {
  events: Events;
  notifications: Pick<Notifications, 'notify'>;
  dashboards: Dashboards;
  log: Logger;
}

export type Notices = ReturnType<typeof createNotices>;

/** Which notice is due when use grows from `before`; null for none. */
export function noticeDue(before: number, used: number, limit: number): 80 | 100 | null {
  if (limit === 0) return null;
  const reaches = (percent: number) => before < (limit * percent) / 100 && used >= (limit * percent) / 100;
  if (reaches(REACHED_AT)) return REACHED_AT;
  return reaches(WARN_AT) ? WARN_AT : null;
}

/** Notifies administrators when much of a limit is used, and when all of it is: each once in a period, and again for another limit. */
export function createNotices({ events, notifications, dashboards, log }: Parts) {
  async function announce(
    transaction: TenantTransaction,
    tenantId: string,
    percent: 80 | 100,
    use: Use,
  ): Promise<void> {
    const { quota, period, used, limit, resetsAt } = use;
    if (!(await insertNotice(transaction, { quota, period, limit, percent }))) return;
    // The smaller one says nothing more after the larger.
    if (percent === REACHED_AT) await insertNotice(transaction, { quota, period, limit, percent: WARN_AT });
    const data = { quota, used, limit, period, resetsAt: resetsAt?.toISOString() ?? null };
    await events.publish(
      transaction,
      tenantId,
      percent === REACHED_AT ? 'quota.reached' : 'quota.warning',
      data,
    );
    await notifyAdministrators(transaction, tenantId, percent, use);
  }

  async function notifyAdministrators(
    transaction: TenantTransaction,
    tenantId: string,
    percent: number,
    { plan, quota, used, limit, period, resetsAt }: Use,
  ): Promise<void> {
    const data = {
      percent,
      what: WORDS[quota],
      used: inWords(quota, used),
      limit: inWords(quota, limit),
      plan: PLANS[plan].name,
      resetsAt: resetsAt === null ? '' : instant(resetsAt),
      url: dashboards.link('plan-and-usage', {}) ?? '',
    };
    const request = {
      to: ['role:admin'],
      template: 'plan-quota',
      data,
      source: `quota:${quota}:${period}:${limit}`,
    };
    try {
      await notifications.notify(transaction, { tenantId, by: 'system' }, request);
    } catch (err) {
      if (!(err instanceof Problem)) throw err;
      log.warn({ err, tenantId, quota }, 'administrators could not be notified of a quota');
    }
  }

  return {
    /** What is due when use grows from `before` to what it is now. */
    onGrowth: async (
      transaction: TenantTransaction,
      tenantId: string,
      before: number,
      use: Use,
    ): Promise<void> => {
      const due = noticeDue(before, use.used, use.limit);
      if (due !== null) await announce(transaction, tenantId, due, use);
    },
  };
}
