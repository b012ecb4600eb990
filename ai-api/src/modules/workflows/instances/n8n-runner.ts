import { notFound, Problem } from '../../../http/problem.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { type Actor, record } from '../../shared/audit/index.ts';
import { planOf, resolveFields, type StepOf, stepById } from '../templates/index.ts';
import type { Ending } from './ending.ts';
import type { Ledger } from './ledger.ts';
import type { WorkflowParts } from './parts.ts';
import {
  findInstance,
  type InstanceRow,
  lockInstance,
  note,
  openOfExecution,
  type TaskRow,
  updateInstance,
  wrap,
} from './store.ts';
import type { Show } from './views.ts';

interface Helpers {
  ending: Ending;
  show: Show;
  ledgerOf(transaction: TenantTransaction, instance: InstanceRow): Promise<Ledger>;
  enqueue(transaction: TenantTransaction, instance: InstanceRow): Promise<void>;
  refuseEnded(row: InstanceRow): void;
}

/** Instances whose steps n8n carries out: it reports them, and this API compensates when n8n fails. */
export function createN8nRunner(
  { database, now }: WorkflowParts,
  { ending, show, ledgerOf, enqueue, refuseEnded }: Helpers,
) {
  /** The step of an instance that this execution may report. */
  async function open(
    transaction: TenantTransaction,
    instanceId: string,
    stepId: string,
    executionId: string,
  ) {
    const instance = await lockInstance(transaction, instanceId);
    if (!instance) throw notFound('workflow', instanceId);
    refuseEnded(instance);
    if (instance.runner !== 'n8n')
      throw new Problem('WORKFLOW_STATE', 'This workflow is not carried out by n8n.');
    if (instance.execution_id !== null && instance.execution_id !== executionId)
      throw new Problem(
        'WORKFLOW_STATE',
        `The execution ${instance.execution_id} carries this workflow out.`,
      );
    const ledger = await ledgerOf(transaction, instance);
    const step = stepById(ledger.definition, stepId) as StepOf<'operation'> | undefined;
    if (!step) throw notFound('step', stepId);
    return { instance, ledger, step };
  }

  function planned(ledger: Ledger) {
    const { id, created_at, input } = ledger.instance;
    const given = { id, startedAt: created_at.toISOString(), input: input as Record<string, unknown> };
    return planOf(ledger.definition, given, ledger.done());
  }

  return {
    /** @throws {Problem} NOT_FOUND, WORKFLOW_STATE */
    beginStep: (actor: Actor, instanceId: string, stepId: string, executionId: string) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const { ledger, step } = await open(transaction, instanceId, stepId, executionId);
        const known = ledger.find(stepId);
        const { operation } = step;
        if (known?.state === 'retrying') await again(actor, ledger, known, executionId);
        if (known) {
          const { input } = (known.input as { value: { input: Record<string, unknown> } }).value;
          const output = (known.output as { value: unknown } | null)?.value ?? null;
          const run = known.state === 'running' || known.state === 'retrying';
          return { run, operation, input, idempotencyKey: `wf:${known.id}`, output };
        }
        const ready = planned(ledger).ready.find(({ path }) => path === stepId);
        if (!ready) throw new Problem('WORKFLOW_STATE', `The step ${stepId} is not the next one.`);
        const input = resolveFields(step.input, ready.scope);
        const task = ledger.insert(stepId, step, {
          state: 'running',
          attempt: 1,
          input: wrap({ input, recover: null }),
          progress: JSON.stringify({ operation }),
          may_have_happened: true,
        });
        await began(actor, ledger, stepId, executionId);
        return { run: true, operation, input, idempotencyKey: `wf:${task.id}`, output: null };
      }),

    /** @throws {Problem} NOT_FOUND, WORKFLOW_STATE */
    endStep: (
      actor: Actor,
      instanceId: string,
      stepId: string,
      executionId: string,
      { output, error }: { output?: unknown; error?: string | undefined },
    ) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const before = await findInstance(transaction, instanceId);
        const ended = before?.execution_id === executionId && before.ended_at !== null;
        if (before && ended) return show(transaction, before);
        const { instance, ledger } = await open(transaction, instanceId, stepId, executionId);
        const task = ledger.find(stepId);
        if (!task || task.state === 'retrying')
          throw new Problem('WORKFLOW_STATE', `The step ${stepId} was not begun.`);
        if (task.state === 'running') {
          if (error === undefined) ledger.succeed(task, output ?? null);
          else ledger.fail(task, { code: 'N8N_FAILED', message: error }, true);
          await ledger.flush({ touched_at: now(), output_characters: ledger.outputCharacters });
          const { outcome } = planned(ledger);
          if (outcome.state === 'completed')
            await ending.end(transaction, instance, 'completed', { output: outcome.output });
          if (outcome.state === 'failed') await undo(transaction, instance, outcome.error.message);
          await ending.report(transaction, instance, ledger.ended, ledger.freedKeys);
        }
        return show(transaction, (await findInstance(transaction, instanceId)) as InstanceRow);
      }),

    /** Undoes what an execution did that failed; answers the instances. */
    failExecution: (actor: Actor, executionId: string, message: string) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const instances = await openOfExecution(transaction, executionId);
        for (const { id } of instances) {
          const instance = await lockInstance(transaction, id);
          if (instance) await undo(transaction, instance, message);
        }
        const ids = instances.map(({ id }) => id);
        await record(transaction, actor, {
          subject: 'workflows',
          details: [{ about: [], content: { executionId, message, instances: ids } }],
        });
        return { instances: ids };
      }),
  };

  async function began(actor: Actor, ledger: Ledger, stepId: string, executionId: string): Promise<void> {
    const { transaction, instance, stepsStarted } = ledger;
    await ledger.flush({
      state: 'running',
      execution_id: executionId,
      steps_started: stepsStarted,
      touched_at: now(),
    });
    await record(transaction, actor, {
      subject: `workflow:${instance.id}`,
      details: [{ about: [], content: { began: stepId, executionId } }],
    });
  }

  /** Begins a step anew that failed and that a person retried, under its key: what it did already is not done twice. */
  async function again(actor: Actor, ledger: Ledger, task: TaskRow, executionId: string): Promise<void> {
    ledger.change(task, { state: 'running', attempt: task.attempt + 1, due_at: null });
    await began(actor, ledger, task.step, executionId);
  }

  async function undo(transaction: TenantTransaction, instance: InstanceRow, reason: string): Promise<void> {
    await updateInstance(transaction, instance.id, {
      cancel_mode: 'undo',
      cancel_reason: reason,
      touched_at: now(),
    });
    await note(transaction, {
      instanceId: instance.id,
      at: now(),
      what: 'n8n failed',
      who: 'n8n',
      detail: reason,
    });
    await enqueue(transaction, instance);
  }
}
