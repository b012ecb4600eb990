import { topicsOfType } from '../../../contract/topics.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import type { Published } from '../../shared/events/index.ts';
import { keysOf } from './deliver.ts';
import { ROLLBACK_REFERENCE } from './driver.ts';
import type { Ending } from './ending.ts';
import { ADVANCE_QUEUE, type AdvanceJob, type WorkflowParts } from './parts.ts';
import { lockInstance, note, overdue, updateInstance, waitingFor } from './store.ts';
import { changeFailedUndos } from './undo-store.ts';

/** Instances whose job was lost are found after so long. */
const GRACE_SECONDS = 120;
const SWEEP_ROWS = 500;

/**
 * Wakes the instances that wait for an event, in the transaction that publishes it: one look-up by an index, and a job
 * for each. Nothing is locked.
 */
export async function wakeByEvent(
  { jobs }: Pick<WorkflowParts, 'jobs'>,
  transaction: TenantTransaction,
  { tenantId, type, data }: Published,
): Promise<void> {
  const given = data as Record<string, unknown>;
  const waiting = await waitingFor(transaction, topicsOfType(type), keysOf(given));
  const ids = [...new Set(waiting.map(({ instance_id }) => instance_id))];
  if (ids.length === 0) return;
  await jobs.enqueue<AdvanceJob>(
    transaction,
    ADVANCE_QUEUE,
    ids.map((instanceId) => ({ tenantId, instanceId, arrived: { kind: 'event', type, data: given } })),
  );
}

/** Closes an incomplete rollback when its owners confirm that the rest is undone. */
export async function resolveByDecision(
  ending: Ending,
  now: () => Date,
  transaction: TenantTransaction,
  { type, data }: Published,
): Promise<void> {
  if (type !== 'decision.made') return;
  const { reference, status } = data as { reference: string | null; status: string };
  if (!reference?.startsWith(ROLLBACK_REFERENCE) || status !== 'approved') return;
  const instanceId = reference.slice(ROLLBACK_REFERENCE.length);
  await resolveRollback(ending, now, transaction, instanceId, 'an owner', 'It was undone by hand.');
}

/** Marks what a rollback left as undone by a person; false when the instance is in another state. */
export async function resolveRollback(
  ending: Ending,
  now: () => Date,
  transaction: TenantTransaction,
  instanceId: string,
  who: string,
  reason: string,
): Promise<boolean> {
  const instance = await lockInstance(transaction, instanceId);
  if (instance?.state !== 'compensation_failed') return false;
  await changeFailedUndos(transaction, instanceId, { state: 'resolved', ended_at: now() });
  await note(transaction, { instanceId, at: now(), what: 'resolved by hand', who, detail: reason });
  await ending.end(transaction, instance, 'compensated', {});
  return true;
}

/** Finds instances that were forgotten, and n8n executions that are silent. */
export async function sweep({ database, jobs, templates, now, log }: WorkflowParts): Promise<void> {
  const rows = await overdue(database, { now: now(), graceSeconds: GRACE_SECONDS, limit: SWEEP_ROWS });
  for (const { id: instanceId, tenant_id: tenantId } of rows)
    await database
      .withTenant(tenantId, async (transaction) => {
        const instance = await lockInstance(transaction, instanceId);
        if (!instance) return;
        if (instance.runner === 'n8n' && instance.state !== 'compensating') {
          const { template, version } = instance;
          const { silentAfterMinutes } = await templates.definition(transaction, tenantId, template, version);
          if (now().getTime() - instance.touched_at.getTime() < silentAfterMinutes * 60_000) return;
          const cancel_reason = `n8n reported nothing for ${silentAfterMinutes} minutes.`;
          await updateInstance(transaction, instanceId, { cancel_mode: 'undo', cancel_reason });
        }
        await updateInstance(transaction, instanceId, { touched_at: now() });
        await jobs.enqueue<AdvanceJob>(transaction, ADVANCE_QUEUE, [{ tenantId, instanceId }]);
      })
      .catch((err: unknown) => log.warn({ err, instanceId }, 'a workflow was not woken'));
}
