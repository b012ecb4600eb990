import type { EventType } from '../../../contract/events.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { record, systemActor } from '../../shared/audit/index.ts';
import { jsonText, type StepError } from '../templates/index.ts';
import type { Ended } from './ledger.ts';
import { ADVANCE_QUEUE, type AdvanceJob, ROLLBACK_QUEUE, type WorkflowParts } from './parts.ts';
import { forgetSecrets } from './secrets.ts';
import { type InstanceRow, nextInLine, note, updateInstance } from './store.ts';

/** What events say of an instance. */
export function about({ id, template, version, reference }: InstanceRow) {
  return { instanceId: id, template, version, reference };
}

type EndState = 'completed' | 'failed' | 'cancelled' | 'compensated' | 'compensation_failed';

const EVENT_OF = {
  failed: 'workflow.instance.failed',
  cancelled: 'workflow.instance.cancelled',
  compensated: 'workflow.instance.compensated',
} as const satisfies Partial<Record<EndState, EventType>>;

export type Ending = ReturnType<typeof createEnding>;

/** What is written when a step or an instance ends. */
export function createEnding({
  events,
  jobs,
  templates,
  now,
}: Pick<WorkflowParts, 'events' | 'jobs' | 'templates' | 'now'>) {
  async function publish(
    transaction: TenantTransaction,
    instance: InstanceRow,
    state: EndState,
    reason: string,
    left: readonly string[],
  ): Promise<void> {
    const { tenant_id: tenantId } = instance;
    if (state === 'completed')
      return events.publish(transaction, tenantId, 'workflow.instance.completed', about(instance));
    if (state === 'compensation_failed') {
      await jobs.enqueue<AdvanceJob>(transaction, ROLLBACK_QUEUE, [{ tenantId, instanceId: instance.id }]);
      return events.publish(transaction, tenantId, 'workflow.rollback.incomplete', {
        ...about(instance),
        left: [...left],
      });
    }
    await events.publish(transaction, tenantId, EVENT_OF[state], { ...about(instance), reason });
  }

  return {
    /** Ends an instance; its parent goes on. */
    end: async (
      transaction: TenantTransaction,
      instance: InstanceRow,
      state: EndState,
      {
        output = null,
        error = null,
        left = [],
      }: { output?: object | null; error?: (StepError & { path?: string }) | null; left?: readonly string[] },
    ): Promise<void> => {
      await updateInstance(transaction, instance.id, {
        state,
        output: output && jsonText(output),
        ...(error ? { error: jsonText(error) } : {}),
        wake_at: null,
        touched_at: now(),
        ended_at: now(),
        is_paused: false,
      });
      await forgetSecrets(transaction, templates, instance);
      const reason = error?.message ?? instance.cancel_reason ?? reasonIn(instance);
      await note(transaction, {
        instanceId: instance.id,
        at: now(),
        what: state,
        detail: state === 'completed' ? null : reason,
      });
      await publish(transaction, instance, state, reason, left);
      const { tenant_id: tenantId, parent_id: parentId, parent_path: path } = instance;
      if (parentId !== null && path !== null)
        await jobs.enqueue<AdvanceJob>(transaction, ADVANCE_QUEUE, [
          { tenantId, instanceId: parentId, arrived: { kind: 'child', path } },
        ]);
    },

    /** Reports steps that ended, and lets those go on that waited for their places. The last part of a transaction. */
    report: async (
      transaction: TenantTransaction,
      instance: InstanceRow,
      ended: readonly Ended[],
      freedKeys: ReadonlySet<string>,
    ): Promise<void> => {
      const { tenant_id: tenantId, id } = instance;
      for (const instanceId of await nextInLine(transaction, [...freedKeys]))
        if (instanceId !== id)
          await jobs.enqueue<AdvanceJob>(transaction, ADVANCE_QUEUE, [{ tenantId, instanceId }]);
      if (ended.length === 0) return;
      for (const { step, path, state } of ended)
        await events.publish(transaction, tenantId, 'workflow.step.ended', {
          ...about(instance),
          step,
          path,
          state,
        });
      await record(transaction, systemActor(tenantId, 'workflow.advance'), {
        subject: `workflow:${id}`,
        details: [{ about: [], content: { steps: ended } }],
      });
    },
  };
}

function reasonIn({ error }: InstanceRow): string {
  return (error as { message?: string } | null)?.message ?? 'No reason was given.';
}
