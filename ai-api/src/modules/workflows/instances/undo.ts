import { v7 as uuidv7 } from 'uuid';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import {
  type Definition,
  expressionError,
  jsonText,
  type PlainStep,
  planOf,
  resolveFields,
  type Scope,
  type StepError,
  stepById,
  unwrap,
} from '../templates/index.ts';
import type { CarriedOut } from './carry-out.ts';
import type { Brought } from './commit.ts';
import type { Ending } from './ending.ts';
import type { Ended, Ledger } from './ledger.ts';
import { ADVANCE_QUEUE, type AdvanceJob, type WorkflowParts } from './parts.ts';
import { pauseAfter, undoRetryOf } from './retry.ts';
import { type InstanceRow, leaseEnd, note, type TaskRow, tasksOf, updateInstance } from './store.ts';
import { insertUndos, type UndoRow, undosOf, updateUndo } from './undo-store.ts';

/** The operation that stands for undoing a child. */
export const UNDO_CHILD = 'workflow.cancel';

/** A compensation that this process carries out. */
export interface UndoClaim {
  kind: 'undo';
  undoId: string;
  taskId: string;
  claim: string;
  path: string;
  operation: string;
  input: Record<string, unknown>;
}

const SETTLED = ['succeeded', 'nothing_to_undo', 'failed', 'resolved'];

export type Undoing = ReturnType<typeof createUndoing>;

/**
 * Sagas. What may have happened is undone, the last first, one after the other; what cannot be undone does not keep
 * the rest from being undone.
 */
export function createUndoing({ jobs, now, leaseSeconds }: WorkflowParts, ending: Ending) {
  async function claim(
    transaction: TenantTransaction,
    undo: UndoRow,
    scope: Scope,
    step: PlainStep | undefined,
  ) {
    const input =
      step && 'compensate' in step && step.compensate
        ? resolveFields(step.compensate.input, scope)
        : { instanceId: (scope.output as { childId?: string } | null)?.childId };
    const token = uuidv7();
    await updateUndo(transaction, undo.id, {
      state: 'running',
      attempt: undo.attempt + 1,
      input: jsonText(input),
      claim: token,
      lease_until: leaseEnd(leaseSeconds) as unknown as Date,
      due_at: null,
    });
    const { id: undoId, task_id: taskId, path, operation } = undo;
    return { kind: 'undo', undoId, taskId, claim: token, path, operation, input } satisfies UndoClaim;
  }

  /** Begins the next compensation, waits for its time, or ends the instance. */
  async function next(
    transaction: TenantTransaction,
    instance: InstanceRow,
    definition: Definition,
    { mayClaim, own }: Pick<Brought, 'mayClaim' | 'own'>,
  ): Promise<UndoClaim[]> {
    const undos = await undosOf(transaction, instance.id);
    const undo = undos.find(({ state }) => !SETTLED.includes(state));
    if (!undo) {
      const left = undos.filter(({ state }) => state === 'failed').map(({ path }) => path);
      await ending.end(transaction, instance, left.length > 0 ? 'compensation_failed' : 'compensated', {
        left,
      });
      return [];
    }
    if (undo.state === 'running' && !undo.is_expired) {
      const isForeign = undo.claim !== null && !own.has(undo.claim);
      if (isForeign && undo.lease_until) await wake(transaction, instance, undo.lease_until);
      return [];
    }
    if (undo.state === 'retrying' && undo.due_at && undo.due_at > now()) {
      await wake(transaction, instance, undo.due_at);
      return [];
    }
    if (!mayClaim) return [];
    const tasks = await tasksOf(transaction, instance.id);
    const task = tasks.find(({ id }) => id === undo.task_id) as TaskRow;
    const step = stepById(definition, task.step) as PlainStep | undefined;
    try {
      return [await claim(transaction, undo, scopeOf(instance, definition, tasks, task), step)];
    } catch (error) {
      await fail(transaction, undo, expressionError(error));
      return next(transaction, instance, definition, { mayClaim, own });
    }
  }

  async function wake(transaction: TenantTransaction, instance: InstanceRow, at: Date): Promise<void> {
    if (instance.wake_at?.getTime() === at.getTime()) return;
    await updateInstance(transaction, instance.id, { wake_at: at });
    const startAfterSeconds = Math.max(0, Math.ceil((at.getTime() - now().getTime()) / 1000));
    const job: AdvanceJob = { tenantId: instance.tenant_id, instanceId: instance.id };
    await jobs.enqueue(transaction, ADVANCE_QUEUE, [job], { startAfterSeconds });
  }

  async function fail(transaction: TenantTransaction, undo: UndoRow, error: StepError): Promise<void> {
    await updateUndo(transaction, undo.id, {
      ...FREE,
      state: 'failed',
      error: jsonText(error),
      ended_at: now(),
    });
  }

  /** Stores what became of a compensation, unless another process has taken it over. */
  async function apply(
    transaction: TenantTransaction,
    definition: Definition,
    undos: readonly UndoRow[],
    { claim: held, result }: CarriedOut,
  ): Promise<Ended[]> {
    const undo = undos.find(({ claim }) => claim === held.claim);
    if (held.kind !== 'undo' || undo?.state !== 'running') return [];
    const step = stepIdOf(undo.path);
    // It was carried out and its answer is not needed. What an operation does after its commit may be missing.
    const isLost = result.kind === 'failed' && result.failed.code === 'IDEMPOTENCY_ANSWER_LOST';
    if (isLost) {
      const detail = `${undo.path}: ${undo.operation} was carried out, and the process ended before it answered. Check what follows from it.`;
      await note(transaction, { instanceId: undo.instance_id, at: now(), what: 'undo not answered', detail });
    }
    if (result.kind !== 'failed' || isLost || result.failed.status === 404) {
      const state = result.kind === 'failed' && !isLost ? 'nothing_to_undo' : 'succeeded';
      await updateUndo(transaction, undo.id, { ...FREE, state, error: null, ended_at: now() });
      return [{ step, path: undo.path, state: 'undone', error: null }];
    }
    const { code, message, status, isRetryable, waitMs } = result.failed;
    const error: StepError = { code, message, ...(status === undefined ? {} : { status }) };
    const retry = undoRetryOf(stepById(definition, step) as PlainStep | undefined);
    const pause = waitMs ?? (isRetryable ? pauseAfter(retry, undo.attempt) : null);
    if (pause === null) {
      await fail(transaction, undo, error);
      return [{ step, path: undo.path, state: 'undo failed', error }];
    }
    await updateUndo(transaction, undo.id, {
      ...FREE,
      state: 'retrying',
      error: jsonText(error),
      due_at: new Date(now().getTime() + pause),
      attempt: waitMs === undefined ? undo.attempt : undo.attempt - 1,
    });
    return [];
  }

  return {
    /** Begins to undo an instance in which nothing is under way any more; ends it when there is nothing to undo. */
    startOrEnd: async (
      ledger: Ledger,
      state: 'failed' | 'cancelled',
      error: StepError & { path?: string },
    ): Promise<void> => {
      const { transaction, instance } = ledger;
      closeOpen(ledger);
      const wanted = state === 'failed' || instance.cancel_mode === 'undo';
      const undos = wanted && !hasPassedPivot(ledger) ? undosFor(ledger) : [];
      await ledger.flush({
        steps_started: ledger.stepsStarted,
        output_characters: ledger.outputCharacters,
      });
      if (undos.length === 0) return ending.end(transaction, instance, state, { error });
      const at = now();
      await insertUndos(
        transaction,
        undos.map((undo, ordinal) => ({ ...undo, instance_id: instance.id, ordinal, created_at: at })),
      );
      await updateInstance(transaction, instance.id, {
        state: 'compensating',
        error: jsonText(error),
        wake_at: null,
        touched_at: at,
        is_paused: false,
      });
      await note(transaction, { instanceId: instance.id, at, what: 'undo began', detail: error.message });
      const job: AdvanceJob = { tenantId: instance.tenant_id, instanceId: instance.id };
      await jobs.enqueue(transaction, ADVANCE_QUEUE, [job]);
    },

    /** Goes on with undoing; answers the compensation that this process carries out. */
    goOn: async (
      transaction: TenantTransaction,
      instance: InstanceRow,
      definition: Definition,
      { results, mayClaim, own }: Brought,
    ): Promise<UndoClaim[]> => {
      const undos = results.length > 0 ? await undosOf(transaction, instance.id) : [];
      const ended: Ended[] = [];
      for (const result of results) ended.push(...(await apply(transaction, definition, undos, result)));
      await updateInstance(transaction, instance.id, { touched_at: now() });
      const claims = await next(transaction, instance, definition, { mayClaim, own });
      await ending.report(transaction, instance, ended, new Set());
      return claims;
    },
  };
}

const FREE = { claim: null, lease_until: null, due_at: null } as const;

/** The id of the step at a path such as `each[3].invite`. */
export function stepIdOf(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}

/** Ends what is open: whether a step of a process that is gone was carried out is not known. */
function closeOpen(ledger: Ledger): void {
  for (const task of ledger.open) {
    if (task.state !== 'running') ledger.cancel(task);
    else ledger.fail(task, { code: 'PROCESS_LOST', message: 'The process that carried it out ended.' }, true);
  }
}

/** Whether a step was carried out, or may have been. */
function mayHaveHappened({ state, may_have_happened }: TaskRow): boolean {
  return state === 'succeeded' || (state !== 'skipped' && may_have_happened);
}

/** Whether a step without a way back was carried out. */
export function hasPassedPivot(ledger: Ledger): boolean {
  return ledger.tasks.some((task) => {
    const step = ledger.stepOf(task);
    return step !== undefined && 'pivot' in step && step.pivot && mayHaveHappened(task);
  });
}

/** What has to be undone, the last begun first. */
function undosFor(ledger: Ledger): { task_id: string; path: string; operation: string }[] {
  return ledger.tasks
    .filter(mayHaveHappened)
    .toSorted((a, b) => b.ordinal - a.ordinal)
    .flatMap((task) => {
      const step = ledger.stepOf(task);
      if (step?.type === 'child') return [{ task_id: task.id, path: task.path, operation: UNDO_CHILD }];
      if (!step || !('compensate' in step) || !step.compensate) return [];
      return [{ task_id: task.id, path: task.path, operation: step.compensate.operation }];
    });
}

/** What the input of a compensation sees: what its step saw, and what the step answered. */
function scopeOf(
  instance: InstanceRow,
  definition: Definition,
  tasks: readonly TaskRow[],
  task: TaskRow,
): Scope {
  const given = {
    id: instance.id,
    startedAt: instance.created_at.toISOString(),
    input: instance.input as Record<string, unknown>,
  };
  const done = new Map(
    tasks.map((one) => [
      one.path,
      { state: one.state, output: unwrap(one.output), error: one.error as StepError | null },
    ]),
  );
  const scopes = new Map<string, Scope>();
  planOf(definition, given, done, scopes);
  const scope = scopes.get(task.path) ?? { input: given.input, steps: {}, instance: given };
  const output = task.type === 'child' ? task.progress : unwrap(task.output);
  return { ...scope, output };
}
