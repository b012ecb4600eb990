import type { Database } from '../../../../platform/database/index.ts';
import { DAY_MS } from '../../../../platform/durations.ts';
import type { Events } from '../../../shared/events/index.ts';
import { daysUntil } from './service.ts';
import { expiringBetween, noteNotice } from './store.ts';

/** Days before the end at which a notice is given. */
const NOTICES = [1, 7, 14, 30] as const;

/** Reports licences that end in 30, 14, 7 or 1 days, each once for each end. Answers how many. */
export function giveNotices(
  database: Database,
  events: Events,
  tenantId: string,
  now: Date,
): Promise<number> {
  return database.withTenant(tenantId, async (transaction) => {
    const until = new Date(now.getTime() + (NOTICES.at(-1) ?? 0) * DAY_MS);
    let given = 0;
    for (const licence of await expiringBetween(transaction, now, until)) {
      const daysLeft = daysUntil(licence.expires_at, now);
      const due = NOTICES.find((days) => daysLeft <= days) ?? 0;
      const notice = { licence_id: licence.id, expires_at: licence.expires_at, days_before: due };
      if (!(await noteNotice(transaction, notice))) continue;
      await events.publish(transaction, tenantId, 'license.expiring', {
        licenceId: licence.id,
        licence: licence.name,
        product: licence.product_code,
        expiresAt: licence.expires_at.toISOString(),
        daysLeft,
        maxSeats: licence.max_seats,
      });
      given++;
    }
    return given;
  });
}
