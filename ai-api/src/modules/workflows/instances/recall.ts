import type { Principal } from '../../shared/identity/index.ts';
import type { WorkflowParts } from './parts.ts';
import { callerOf } from './reserve.ts';
import {
  findInstance,
  type InstanceRow,
  lockInstance,
  type TaskRow,
  tasksOf,
  updateTask,
  wrap,
} from './store.ts';

/**
 * Before an instance of n8n is undone: what its step in flight answered is known here when the operation was carried out
 * under the key of the step, although n8n never reported it. Without an answer the step only may have happened.
 */
export function createRecall({
  database,
  invoker,
  now,
}: Pick<WorkflowParts, 'database' | 'invoker' | 'now'>) {
  async function inFlight(tenantId: string, instanceId: string) {
    return database.withTenant(tenantId, async (transaction) => {
      const instance = await findInstance(transaction, instanceId);
      if (!instance || !isToRecall(instance)) return null;
      const tasks = await tasksOf(transaction, instanceId);
      return { instance, tasks: tasks.filter(({ state }) => state === 'running') };
    });
  }

  async function keep(tenantId: string, instanceId: string, { id }: TaskRow, output: unknown): Promise<void> {
    await database.withTenant(tenantId, async (transaction) => {
      await lockInstance(transaction, instanceId);
      const task = (await tasksOf(transaction, instanceId)).find((one) => one.id === id);
      if (task?.state !== 'running') return;
      await updateTask(transaction, id, { state: 'succeeded', output: wrap(output), ended_at: now() });
    });
  }

  return async (tenantId: string, instanceId: string): Promise<void> => {
    const found = await inFlight(tenantId, instanceId);
    if (!found) return;
    for (const task of found.tasks) {
      const { operation } = (task.progress ?? {}) as { operation?: string };
      const caller = callerOf(found.instance.principal as unknown as Principal);
      const known =
        operation && (await invoker.recall({ operation, caller, idempotencyKey: `wf:${task.id}` }));
      if (known && known.status < 400) await keep(tenantId, instanceId, task, known.body);
    }
  };
}

/** Whether n8n may not have reported what a step of the instance answered, before it is undone. */
export function isToRecall({ runner, cancel_mode, ended_at }: InstanceRow): boolean {
  return runner === 'n8n' && cancel_mode !== null && ended_at === null;
}
