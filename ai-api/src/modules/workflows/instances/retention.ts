import { sql } from 'kysely';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { record, systemActor } from '../../shared/audit/index.ts';
import type { WorkflowParts } from './parts.ts';
import { removeInstances } from './personal-data.ts';

const DAY_MS = 86_400_000;
const AT_ONCE = 500;

/**
 * Removes instances that ended longer ago than their company keeps them, with all that belongs to them. A rollback that
 * is incomplete stays until a person has seen to it.
 * @returns how many are gone
 */
export async function applyRetention({ database, templates, now }: WorkflowParts): Promise<number> {
  const tenants = await database
    .system('retention applies to every company')
    .selectFrom('workflows.instances')
    .select('tenant_id')
    .distinct()
    .where('ended_at', '<', new Date(now().getTime() - DAY_MS))
    .execute();
  let removed = 0;
  for (const { tenant_id: tenantId } of tenants)
    for (let some = AT_ONCE; some === AT_ONCE; removed += some)
      some = await database.withTenant(tenantId, async (transaction) => {
        const days = await templates.keepDays(transaction);
        const before = new Date(now().getTime() - days * DAY_MS);
        const gone = await removeInstances(transaction, await endedBefore(transaction, before));
        if (gone > 0)
          await record(transaction, systemActor(tenantId, 'workflow.retention'), {
            subject: 'workflows',
            details: [{ about: [], content: { endedBefore: before.toISOString(), removed: gone } }],
          });
        return gone;
      });
  return removed;
}

async function endedBefore(transaction: TenantTransaction, before: Date): Promise<string[]> {
  const rows = await transaction
    .selectFrom('workflows.instances')
    .select('id')
    .where('ended_at', '<', before)
    .where('state', '<>', 'compensation_failed')
    .where(
      sql<boolean>`not exists (select from workflows.instances as child where child.parent_id = instances.id
        and (child.ended_at is null or child.ended_at >= ${before}))`,
    )
    .orderBy('ended_at')
    .limit(AT_ONCE)
    .execute();
  return rows.map(({ id }) => id);
}
