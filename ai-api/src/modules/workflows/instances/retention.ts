import type { TenantTransaction } from '../../../platform/database/index.ts';
import { countOlder, type RetentionKind } from '../../../platform/retention.ts';
import { record, systemActor } from '../../shared/audit/index.ts';
import type { WorkflowParts } from './parts.ts';
import { removeInstances } from './personal-data.ts';

/** An incomplete rollback stays until a person has looked at it. */
const ENDED = {
  table: 'workflows.instances',
  column: 'ended_at',
  only: "state <> 'compensation_failed'",
};

/** How instances are kept and removed, for the registry of retention. */
export function retentionOf(
  templates: Pick<WorkflowParts['templates'], 'keepDays' | 'setKeepDays'>,
): RetentionKind {
  return {
    kind: 'workflows',
    title: 'Workflows that have ended',
    tables: [
      'workflows.instances',
      'workflows.tasks',
      'workflows.signals',
      'workflows.timeline',
      'workflows.compensations',
    ],
    defaultDays: 365,
    minDays: 1,
    maxDays: 3650,
    keeps: 'Instances that go on, and those whose rollback is incomplete.',
    isPlanLimited: true,
    days: (transaction) => templates.keepDays(transaction),
    setDays: async (transaction, days) => {
      if (days !== null) await templates.setKeepDays(transaction, days);
    },
    count: (transaction, before) => countOlder(transaction, ENDED, before),
    // Pages without any that may go are passed over.
    remove: async (transaction, tenantId, before, limit) => {
      let last: string | undefined;
      do {
        const page = await removePage(transaction, tenantId, before, last, limit);
        if (page.gone > 0) return page.gone;
        last = page.last;
      } while (last !== undefined);
      return 0;
    },
  };
}

/** Removes one page, and answers where the next one begins; undefined after the last. */
async function removePage(
  transaction: TenantTransaction,
  tenantId: string,
  before: Date,
  last: string | undefined,
  pageSize: number,
): Promise<{ gone: number; last: string | undefined }> {
  const ids = await endedBefore(transaction, before, last, pageSize);
  const gone = await removeInstances(transaction, ids);
  if (gone > 0)
    await record(transaction, systemActor(tenantId, 'workflow.retention'), {
      subject: 'workflows',
      details: [{ about: [], content: { endedBefore: before.toISOString(), removed: gone } }],
    });
  return { gone, last: ids.length < pageSize ? undefined : ids.at(-1) };
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
