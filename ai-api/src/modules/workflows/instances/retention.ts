import type { TenantTransaction } from '../../../platform/database/index.ts';
import { DAY_MS } from '../../../platform/durations.ts';
import { record, systemActor } from '../../shared/audit/index.ts';
import type { WorkflowParts } from './parts.ts';
import { removeInstances } from './personal-data.ts';

const PAGE = 500;

/**
 * Removes instances that ended longer ago than their company keeps them, with all that belongs to them. A rollback that
 * is incomplete stays until a person has seen to it.
 * @returns how many are gone
 */
export async function applyRetention(
  { database, templates, now }: WorkflowParts,
  pageSize = PAGE,
): Promise<number> {
  const tenants = await database
    .system('retention applies to every company')
    .selectFrom('workflows.instances')
    .select('tenant_id')
    .distinct()
    .where('ended_at', '<', new Date(now().getTime() - DAY_MS))
    .execute();
  let removed = 0;
  for (const { tenant_id: tenantId } of tenants) {
    let last: string | undefined;
    do {
      const page = await database.withTenant(tenantId, async (transaction) => {
        const days = await templates.keepDays(transaction);
        const before = new Date(now().getTime() - days * DAY_MS);
        const ids = await endedBefore(transaction, before, last, pageSize);
        const gone = await removeInstances(transaction, ids);
        if (gone > 0)
          await record(transaction, systemActor(tenantId, 'workflow.retention'), {
            subject: 'workflows',
            details: [{ about: [], content: { endedBefore: before.toISOString(), removed: gone } }],
          });
        return { gone, last: ids.length < pageSize ? undefined : ids.at(-1) };
      });
      removed += page.gone;
      last = page.last;
    } while (last !== undefined);
  }
  return removed;
}

/** A page of instances that may go, the newest first: those that others started go before these. */
async function endedBefore(
  transaction: TenantTransaction,
  before: Date,
  last: string | undefined,
  pageSize: number,
): Promise<string[]> {
  let query = transaction
    .selectFrom('workflows.instances')
    .select('id')
    .where('ended_at', '<', before)
    .where('state', '<>', 'compensation_failed')
    .orderBy('id', 'desc')
    .limit(pageSize);
  if (last !== undefined) query = query.where('id', '<', last);
  const rows = await query.execute();
  return rows.map(({ id }) => id);
}
