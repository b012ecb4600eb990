import type { TenantTransaction } from '../../../platform/database/index.ts';
import { type Definition, jsonText, type Plan, planOf, type StepError } from '../templates/index.ts';
import { begin, beginPending } from './begin.ts';
import type { CarriedOut } from './carry-out.ts';
import { createChildren } from './children.ts';
import { type Arrived, deliver } from './deliver.ts';
import type { Ending } from './ending.ts';
import { type Claim, Ledger } from './ledger.ts';
import { ADVANCE_QUEUE, type AdvanceJob, type WorkflowParts } from './parts.ts';
import { isToRecall } from './recall.ts';
import { reserveKeys } from './reserve.ts';
import { pauseAfter, retryOf } from './retry.ts';
import { ENDED } from './states.ts';
import { type InstanceRow, lockInstance, type TaskRow, tasksOf } from './store.ts';
import type { UndoClaim, Undoing } from './undo.ts';

/** What a process brings to a commit. */
export interface Brought {
  results: readonly CarriedOut[];
  arrived?: Arrived | undefined;
  /** What this process is carrying out at this moment. */
  own: ReadonlySet<string>;
  /** False when the process is about to end: then it stores what it has and takes no more. */
  mayClaim: boolean;
  /** Whether it is known what n8n never reported of an instance that is cancelled. */
  isRecalled: boolean;
}

/** An instance with what this process carries out next. */
export interface Committed {
  instance: InstanceRow;
  definition: Definition;
  claims: (Claim | UndoClaim)[];
}

const LOOK_AGAIN_SECONDS = 5;

export type Commit = ReturnType<typeof createCommit>;

/** Stores what ended and writes the intents of what comes next: one transaction, in which the instance is locked. */
export function createCommit(parts: WorkflowParts, ending: Ending, undoing: Undoing) {
  const { jobs, templates, events, now, leaseSeconds } = parts;
  const startChild = createChildren(parts);

  const waiting = {
    findSince: events.findSince,
    /** An event whose transaction was open while its step began to wait is found by looking once more. */
    lookAgain: async ({ transaction, instance }: Ledger) => {
      const job: AdvanceJob = { tenantId: instance.tenant_id, instanceId: instance.id };
      await jobs.enqueue(transaction, ADVANCE_QUEUE, [job], { startAfterSeconds: LOOK_AGAIN_SECONDS });
    },
  };

  /** Begins everything that can be begun; steps that end at once make others ready. */
  async function plan(ledger: Ledger, mayBegin: boolean): Promise<Plan['outcome']> {
    const { instance } = ledger;
    const given = {
      id: instance.id,
      startedAt: instance.created_at.toISOString(),
      input: instance.input as Record<string, unknown>,
    };
    for (;;) {
      const planned = planOf(ledger.definition, given, ledger.done());
      for (const { path, step } of planned.skipped)
        ledger.insert(path, step, { state: 'skipped', ended_at: ledger.now });
      for (const prefix of planned.abandoned) abandon(ledger, prefix);
      if (planned.outcome.state !== 'open' || !mayBegin) return planned.outcome;
      const before = ledger.ended.length;
      for (const ready of planned.ready) await begin(ledger, ready, { startChild, ...waiting });
      if (ledger.ended.length === before && planned.skipped.length === 0) return planned.outcome;
    }
  }

  async function settle(ledger: Ledger, outcome: Plan['outcome'], own: ReadonlySet<string>): Promise<void> {
    const { transaction, instance } = ledger;
    if (outcome.state === 'open' || ledger.isBusy) return rest(ledger, own);
    if (outcome.state === 'completed') {
      await ledger.flush();
      return ending.end(transaction, instance, 'completed', { output: outcome.output });
    }
    const { error, path } = outcome;
    await undoing.startOrEnd(ledger, 'failed', { ...error, path });
  }

  /** Writes in which state the instance rests, and enqueues the job that wakes it. */
  async function rest(ledger: Ledger, own: ReadonlySet<string>): Promise<void> {
    const { transaction, instance } = ledger;
    const due = ledger.open.flatMap((task) => dueOf(task, own));
    const wakeAt = due.length > 0 && !instance.is_paused ? new Date(Math.min(...due)) : null;
    await ledger.flush({
      state: restingState(ledger),
      wake_at: wakeAt,
      touched_at: now(),
      steps_started: ledger.stepsStarted,
      output_characters: ledger.outputCharacters,
    });
    if (wakeAt && wakeAt.getTime() !== instance.wake_at?.getTime())
      await jobs.enqueue<AdvanceJob>(
        transaction,
        ADVANCE_QUEUE,
        [{ tenantId: instance.tenant_id, instanceId: instance.id }],
        { startAfterSeconds: Math.max(0, Math.ceil((wakeAt.getTime() - now().getTime()) / 1000)) },
      );
  }

  async function go(
    transaction: TenantTransaction,
    instance: InstanceRow,
    definition: Definition,
    brought: Brought,
  ): Promise<Committed> {
    const ledger = new Ledger({
      transaction,
      instance,
      now: now(),
      leaseSeconds,
      definition,
      tasks: await tasksOf(transaction, instance.id),
    });
    for (const result of brought.results) apply(ledger, result);
    if (!ENDED.includes(instance.state)) await goOn(ledger, brought);
    await ledger.flush();
    await reserveKeys(parts, transaction, instance, ledger.claims);
    await ending.report(transaction, instance, ledger.ended, ledger.freedKeys);
    return { instance, definition: ledger.definition, claims: ledger.claims };
  }

  async function goOn(ledger: Ledger, { arrived, mayClaim, own }: Brought): Promise<void> {
    const { instance } = ledger;
    const mayBegin =
      mayClaim && instance.cancel_mode === null && !instance.is_paused && instance.runner === 'platform';
    await deliver(ledger, { arrived, mayClaim: mayBegin, findSince: events.findSince });
    if (instance.cancel_mode !== null) {
      if (ledger.isBusy) return rest(ledger, own);
      const error = { code: 'CANCELLED', message: instance.cancel_reason ?? 'It was cancelled.' };
      return undoing.startOrEnd(ledger, 'cancelled', error);
    }
    if (mayBegin) await beginPending(ledger);
    await settle(ledger, await plan(ledger, mayBegin), own);
  }

  return {
    /**
     * @returns null when there is no such instance any more; `recall first` when nothing was done, because the answers
     *   of an instance of n8n have to be recalled before it is undone
     */
    run: async (
      transaction: TenantTransaction,
      instanceId: string,
      brought: Brought,
    ): Promise<Committed | 'recall first' | null> => {
      const instance = await lockInstance(transaction, instanceId);
      if (!instance) return null;
      if (!brought.isRecalled && isToRecall(instance)) return 'recall first';
      const { tenant_id: tenantId, template, version } = instance;
      const definition = await templates.definition(transaction, tenantId, template, version);
      if (instance.state !== 'compensating') return go(transaction, instance, definition, brought);
      return { instance, definition, claims: await undoing.goOn(transaction, instance, definition, brought) };
    },
  };
}

/** Stores what became of a step, unless another process has taken it over. */
function apply(ledger: Ledger, { claim, result }: CarriedOut): void {
  const task = ledger.find(claim.path);
  if (claim.kind !== 'step' || task?.claim !== claim.claim || task.state !== 'running') return;
  if (result.kind === 'succeeded') {
    ledger.succeed(task, result.output);
    return;
  }
  if (result.kind === 'waits') {
    ledger.change(task, {
      state: 'waiting',
      claim: null,
      lease_until: null,
      progress: jsonText(result.progress),
      due_at: result.lookAgainMs === null ? null : new Date(ledger.now.getTime() + result.lookAgainMs),
      wait_event: result.event,
      wait_key: result.key,
      may_have_happened: true,
    });
    return;
  }
  const { code, message, status, isRetryable, mayHaveHappened, waitMs } = result.failed;
  const error: StepError = { code, message, ...(status === undefined ? {} : { status }) };
  const may = task.may_have_happened || mayHaveHappened;
  const step = ledger.stepOf(task);
  const pause = waitMs ?? (step && isRetryable ? pauseAfter(retryOf(step), task.attempt) : null);
  const dueAt = pause === null ? null : new Date(ledger.now.getTime() + pause);
  const total = step && 'totalTimeoutSeconds' in step ? step.totalTimeoutSeconds : undefined;
  const isLate =
    dueAt !== null && total !== undefined && dueAt.getTime() > task.started_at.getTime() + total * 1000;
  if (dueAt === null || isLate) {
    ledger.fail(task, error, may);
    return;
  }
  ledger.change(task, {
    state: 'retrying',
    claim: null,
    lease_until: null,
    due_at: dueAt,
    error: jsonText(error),
    may_have_happened: may,
    attempt: waitMs === undefined ? task.attempt : task.attempt - 1,
  });
}

/**
 * When a step goes on by itself. Of a step that another process carries out it is the end of its lease: should that
 * process be gone, this instance has no other job.
 */
function dueOf({ state, due_at, claim, lease_until }: TaskRow, own: ReadonlySet<string>): number[] {
  if (state === 'waiting' || state === 'retrying') return due_at ? [due_at.getTime()] : [];
  const isForeign = state === 'running' && claim !== null && !own.has(claim);
  return isForeign && lease_until instanceof Date ? [lease_until.getTime()] : [];
}

/** Nothing below a join that is done goes on; what is carried out at this moment ends. */
function abandon(ledger: Ledger, prefix: string): void {
  for (const task of ledger.open)
    if (task.path.startsWith(prefix) && task.state !== 'running') ledger.cancel(task);
}

function restingState(ledger: Ledger): InstanceRow['state'] {
  if (ledger.isBusy || ledger.claims.length > 0) return 'running';
  if (ledger.instance.is_paused) return 'paused';
  return ledger.open.some(({ state }) => state === 'waiting' || state === 'pending') ? 'waiting' : 'running';
}
