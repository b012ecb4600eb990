import type { Logger } from 'pino';
import type { Database } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import { record, systemActor } from '../../shared/audit/index.ts';
import type { Notices } from './notices.ts';
import { contestsDue, updateContest } from './store.ts';

const AT_ONCE = 100;

export interface DeadlineParts {
  database: Database;
  notices: Notices;
  now: () => Date;
}

/**
 * Reminds of contests that wait, and escalates those past their deadline, each once.
 * @returns how many were reminded of and escalated
 */
export async function meetDeadlines(
  { database, notices, now }: DeadlineParts,
  tenantId: string,
): Promise<{ reminded: number; escalated: number }> {
  const done = { reminded: 0, escalated: 0 };
  for (;;) {
    const handled = await database.withTenant(tenantId, async (transaction) => {
      const rows = await contestsDue(transaction, now(), AT_ONCE);
      for (const row of rows) {
        const isOverdue = row.due_at <= now();
        const change = isOverdue ? { escalated_at: now() } : {};
        const changed = await updateContest(transaction, row, { reminded_at: now(), ...change });
        await notices.reminder(transaction, changed, isOverdue);
        done[isOverdue ? 'escalated' : 'reminded'] += 1;
      }
      if (rows.length > 0)
        await record(transaction, systemActor(tenantId, 'contest.deadlines'), {
          subject: 'contests',
          details: [{ about: [], content: { contests: rows.map(({ id }) => id) } }],
        });
      return rows.length;
    });
    if (handled < AT_ONCE) return done;
  }
}

/** Looks after the deadlines of every company every five minutes. */
export function scheduleDeadlines(
  jobs: Jobs,
  parts: DeadlineParts,
  tenantIds: () => Promise<string[]>,
  log: Logger,
): void {
  jobs.schedule({
    name: 'contest.deadlines',
    cron: '*/5 * * * *',
    run: async () => {
      // One company's failure is not another's.
      for (const tenantId of await tenantIds())
        await meetDeadlines(parts, tenantId).then(
          ({ reminded, escalated }) => {
            if (reminded + escalated > 0)
              log.info({ tenantId, reminded, escalated }, 'deadlines of contests');
          },
          (err: unknown) => log.error({ tenantId, err }, 'deadlines of contests failed'),
        );
    },
  });
}
