import type { Logger } from 'pino';
import { HOUR_MS } from '../../../platform/durations.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import { record, systemActor } from '../../shared/audit/index.ts';
import type { Parts } from './parts.ts';
import { type ApprovalRecord, addStep, changeApproval, overdueApprovals, readSettings } from './store.ts';

const AT_ONCE = 100;

/**
 * Reminds approvers of requests that wait, and escalates those past their deadline, each once.
 * @returns how many were reminded of and escalated
 */
export async function meetDeadlines(
  { database, announce, now }: Parts,
  tenantId: string,
): Promise<{ reminded: number; escalated: number }> {
  const done = { reminded: 0, escalated: 0 };
  for (;;) {
    const handled = await database.withTenant(tenantId, async (transaction) => {
      const { deadlineHours, reminderHours } = await readSettings(transaction);
      const remindBefore = new Date(now().getTime() + Math.max(0, deadlineHours - reminderHours) * HOUR_MS);
      const rows = await overdueApprovals(transaction, remindBefore, now(), AT_ONCE);
      const told: string[] = [];
      for (const row of rows) {
        const isOver = (row.due_at as Date) <= now();
        const change = isOver ? { escalated_at: now(), reminded_at: now() } : { reminded_at: now() };
        const changed = (await changeApproval(transaction, row, change)) as ApprovalRecord;
        const step = isOver ? 'escalated' : 'reminded';
        await addStep(transaction, row.id, { step, at: now(), by: 'system', engine: 'rules' });
        await (isOver ? announce.escalated(transaction, changed) : announce.reminder(transaction, changed));
        done[step] += 1;
        told.push(`${row.id} ${step}`);
      }
      if (told.length > 0) {
        await record(transaction, systemActor(tenantId, 'approval.deadlines'), {
          subject: 'approvals',
          details: [{ about: [], content: { told } }],
        });
      }
      return rows.length;
    });
    if (handled < AT_ONCE) return done;
  }
}

/** Looks after the deadlines of every company once a minute. */
export function scheduleDeadlines(
  jobs: Jobs,
  parts: Parts,
  tenantIds: () => Promise<string[]>,
  log: Logger,
): void {
  jobs.schedule({
    name: 'approval.deadlines',
    cron: '* * * * *',
    priority: 'default',
    run: async () => {
      for (const tenantId of await tenantIds()) {
        // One company's failure is not another's.
        await meetDeadlines(parts, tenantId).then(
          ({ reminded, escalated }) => {
            if (reminded + escalated > 0)
              log.info({ tenantId, reminded, escalated }, 'deadlines of approvals');
          },
          (err: unknown) => log.error({ tenantId, err }, 'deadlines of approvals failed'),
        );
      }
    },
  });
}
