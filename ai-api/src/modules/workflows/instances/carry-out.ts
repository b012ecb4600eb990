import type { Caller } from '../../../http/caller.ts';
import type { Reservation } from '../../../http/idempotency/index.ts';
import { Problem } from '../../../http/problem.ts';
import type { Principal } from '../../shared/identity/index.ts';
import { type Definition, MAX_OUTPUT_BYTES, mayBeStep, type StepOf, whyNoStep } from '../templates/index.ts';
import type { Claim } from './ledger.ts';
import type { WorkflowParts } from './parts.ts';
import { withoutEmpty } from './reserve.ts';
import { type Failed, failureOf } from './retry.ts';
import { findInstance, type InstanceRow } from './store.ts';
import type { UndoClaim } from './undo.ts';

/** What became of a step or a compensation. */
export type Result =
  | { kind: 'succeeded'; output: unknown }
  | { kind: 'failed'; failed: Failed }
  | {
      kind: 'waits';
      progress: Record<string, unknown>;
      event: string | null;
      key: string | null;
      /** When to look by itself; null when only the event tells. */
      lookAgainMs: number | null;
    };

export interface CarriedOut {
  claim: Claim | UndoClaim;
  result: Result;
}

/** An event that was on its way while the step began to wait, or looked, is found by looking again. */
const LOOKS_MS = [5_000, 60_000];
const LATER_LOOKS_MS = 3_600_000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export type CarryOut = ReturnType<typeof createCarryOut>;

/** Carries steps out: an operation in this process, or a notification. It never throws for what a template can cause. */
export function createCarryOut({ invoker, identity, database, notifications, log, now }: WorkflowParts) {
  interface Asked {
    operation: string;
    input: Record<string, unknown>;
    key?: string;
    reserved?: Reservation | null;
    caller: Caller;
    requestId: string;
    signal: AbortSignal;
    /** Whether it undoes a step, which the operation itself may refuse. */
    undoes?: boolean;
  }

  /** The answer of an operation, or why there is none. */
  async function ask({
    operation,
    input,
    key,
    reserved = null,
    caller,
    requestId,
    signal,
    undoes = false,
  }: Asked): Promise<Result> {
    // Templates are checked when they are published; this holds for those of before the check, too.
    if (!undoes && !mayBeStep(operation, invoker.find(operation)))
      return refused('NOT_A_STEP', `"${operation}" cannot be a step${whyNoStep(invoker.find(operation))}.`);
    const { status, body } = await invoker.invoke({
      operation,
      input: withoutEmpty(invoker, operation, input),
      caller,
      requestId,
      log,
      signal,
      ...(key === undefined ? {} : { idempotencyKey: key, reserved }),
    });
    if (status >= 400) return { kind: 'failed', failed: failureOf(status, body) };
    return { kind: 'succeeded', output: body ?? null };
  }

  async function operation(
    step: StepOf<'operation'>,
    claim: Claim,
    definition: Definition,
    context: Omit<Asked, 'operation' | 'input'>,
  ): Promise<Result> {
    const { input, recover } = claim.input as {
      input: Record<string, unknown>;
      recover: { operation: string; input: Record<string, unknown> } | null;
    };
    const key = `wf:${claim.taskId}`;
    const { reserved } = claim;
    const result = await ask({ ...context, operation: step.operation, input, key, reserved });
    if (result.kind !== 'failed' || result.failed.code !== 'IDEMPOTENCY_ANSWER_LOST') return result;
    if (recover) return ask({ ...context, ...recover });
    return readsOutputOf(definition, step) ? result : { kind: 'succeeded', output: null };
  }

  async function agent(claim: Claim, context: Omit<Asked, 'operation' | 'input'>): Promise<Result> {
    if (claim.progress) return agentAnswer(claim.progress, context);
    const { agent: named, input } = claim.input as { agent: string; input: string };
    const agentId = UUID.test(named) ? named : await agentByName(named, context);
    if (agentId === null) return refused('NOT_FOUND', `There is no agent "${named}".`);
    const asked = { agentId, input: String(input), waitSeconds: 0 };
    const result = await ask({
      ...context,
      operation: 'agent.execute',
      input: asked,
      key: `wf:${claim.taskId}`,
    });
    if (result.kind !== 'succeeded') return result;
    const { executionId } = result.output as { executionId: string };
    return waits({ executionId, looks: 0 }, 'agent.execution.*', `executionId=${executionId}`);
  }

  async function agentByName(
    named: string,
    context: Omit<Asked, 'operation' | 'input'>,
  ): Promise<string | null> {
    const listed = await ask({ ...context, operation: 'agent.list', input: { limit: 500 } });
    if (listed.kind !== 'succeeded') return null;
    const { items } = listed.output as { items: { agentId: string; name: string }[] };
    return items.find(({ name }) => name === named)?.agentId ?? null;
  }

  async function agentAnswer(
    progress: Record<string, unknown>,
    context: Omit<Asked, 'operation' | 'input'>,
  ): Promise<Result> {
    const { executionId } = progress as { executionId: string };
    const read = await ask({ ...context, operation: 'execution.get', input: { executionId } });
    if (read.kind !== 'succeeded') return read;
    const { status, output, failure, costMicros } = read.output as Record<string, unknown>;
    if (status === 'completed') return { kind: 'succeeded', output: { executionId, output, costMicros } };
    if (status === 'queued' || status === 'running')
      return waits(progress, 'agent.execution.*', `executionId=${executionId}`);
    const { message = `The execution was ${String(status)}.` } = (failure ?? {}) as { message?: string };
    return refused('AGENT_FAILED', message);
  }

  async function human(
    step: StepOf<'human'>,
    claim: Claim,
    context: Omit<Asked, 'operation' | 'input'>,
  ): Promise<Result> {
    if (claim.progress) return decision(step, claim.progress, context);
    const { question, message, details, approvers } = claim.input as Record<string, unknown>;
    const isAsked = Array.isArray(approvers) ? approvers.length > 0 : Boolean(approvers);
    const asked = {
      title: String(question).slice(0, 200),
      message,
      details,
      ...(isAsked ? { approvers } : {}),
      notify: isAsked,
      reasonRequired: step.reasonRequired,
      expiresAt: new Date(now().getTime() + step.expiresInHours * 3_600_000).toISOString(),
      reference: `wf:${claim.taskId}`,
    };
    const result = await ask({
      ...context,
      operation: 'decision.create',
      input: asked,
      key: `wf:${claim.taskId}`,
    });
    if (result.kind !== 'succeeded') return result;
    const { decisionId } = result.output as { decisionId: string };
    return waits({ decisionId, looks: 0 }, 'decision.*', `decisionId=${decisionId}`);
  }

  async function decision(
    step: StepOf<'human'>,
    progress: Record<string, unknown>,
    context: Omit<Asked, 'operation' | 'input'>,
  ): Promise<Result> {
    const { decisionId } = progress as { decisionId: string };
    const read = await ask({ ...context, operation: 'decision.get', input: { decisionId } });
    if (read.kind !== 'succeeded') return read;
    const { status, reason, decidedBy } = read.output as Record<string, unknown>;
    if (status === 'pending') return waits(progress, 'decision.*', `decisionId=${decisionId}`);
    const approved = status === 'approved';
    const goesOn = approved || (status === 'declined' ? step.onDecline : step.onExpiry) === 'continue';
    if (goesOn) return { kind: 'succeeded', output: { decisionId, status, approved, reason, decidedBy } };
    const why = typeof reason === 'string' && reason !== '' ? `: ${reason}` : '.';
    return refused(
      status === 'declined' ? 'DECLINED' : 'NOT_DECIDED',
      `The decision was ${String(status)}${why}`,
    );
  }

  /** Judges the text; what a person has to decide waits for the decision. */
  async function validate(
    step: StepOf<'validate'>,
    claim: Claim,
    context: Omit<Asked, 'operation' | 'input'>,
  ): Promise<Result> {
    if (claim.progress) {
      const { resultId } = claim.progress as { resultId: string };
      const read = await ask({ ...context, operation: 'validation.get', input: { resultId } });
      return read.kind === 'succeeded' ? validated(read.output, claim.progress) : read;
    }
    const { text, request, approvers, about } = claim.input as Record<string, unknown>;
    const result = await ask({
      ...context,
      operation: 'validation.check',
      input: {
        ruleSet: step.ruleSet,
        text: String(text ?? ''),
        request,
        about,
        approvers: [approvers].flat().filter((one) => typeof one === 'string' && one !== ''),
        action: step.action,
        reference: `wf:${claim.taskId}`,
      },
      key: `wf:${claim.taskId}`,
    });
    return result.kind === 'succeeded' ? validated(result.output, null) : result;
  }

  function validated(output: unknown, progress: Record<string, unknown> | null): Result {
    const verdict = output as Record<'resultId' | 'status' | 'effect' | 'feedback', string> & {
      score: number | null;
      output: string | null;
      decisionId: string | null;
    };
    const { resultId, status, effect, score, feedback, output: usable, decisionId } = verdict;
    if (effect === 'waiting')
      return waits(progress ?? { resultId, looks: 0 }, 'decision.*', `decisionId=${decisionId}`);
    if (effect === 'refused') return refused('NOT_VALID', feedback);
    const valid = effect === 'changed' || status === 'passed';
    const failures = valid ? [] : [feedback];
    return {
      kind: 'succeeded',
      output: { valid, failures, resultId, status, effect, score, output: usable },
    };
  }

  /** Sends through the notifications: an attempt that is repeated finds what the first one sent by its key. */
  async function notify(tenantId: string, claim: Claim, instance: InstanceRow): Promise<Result> {
    const { to, template, data } = claim.input as {
      to: string | string[];
      template: string;
      data: Record<string, unknown>;
    };
    const request = {
      to: [to].flat().flatMap((entry) => String(entry).split(',')),
      template,
      data,
      dedupeKey: `wf:${claim.taskId}`,
      source: `workflow:${instance.id}`,
      category: template === 'message' ? ('workflows' as const) : undefined,
    };
    try {
      const sender = { tenantId, by: `workflow ${instance.template}` };
      const sent = await database.withTenant(tenantId, (transaction) =>
        notifications.notify(transaction, sender, request),
      );
      const notificationIds = sent.map(({ notificationId }) => notificationId);
      return { kind: 'succeeded', output: { notificationIds, recipients: sent.length } };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return refused(error.code, error.message);
    }
  }

  async function child(tenantId: string, claim: Claim): Promise<Result> {
    const { childId } = claim.progress as { childId: string };
    const row = await database.withTenant(tenantId, (transaction) => findInstance(transaction, childId));
    if (row?.state === 'completed')
      return { kind: 'succeeded', output: { instanceId: childId, state: row.state, output: row.output } };
    if (row && row.ended_at === null)
      return { kind: 'waits', progress: { childId }, event: null, key: null, lookAgainMs: null };
    const { message = '' } = (row?.error ?? {}) as { message?: string };
    return refused('CHILD_FAILED', `The workflow ${row?.template} is ${row?.state}. ${message}`.trim(), true);
  }

  async function act(
    claim: Claim,
    instance: InstanceRow,
    definition: Definition,
    context: Omit<Asked, 'operation' | 'input'>,
  ): Promise<Result> {
    const { step } = claim;
    switch (step.type) {
      case 'operation':
        return operation(step, claim, definition, context);
      case 'agent':
        return agent(claim, context);
      case 'human':
        return human(step, claim, context);
      case 'validate':
        return validate(step, claim, context);
      case 'notify':
        return notify(instance.tenant_id, claim, instance);
      case 'child':
        return child(instance.tenant_id, claim);
      default:
        throw new Error(`A step of type ${step.type} is not carried out outside`);
    }
  }

  return {
    /** Carries a step out with the rights that who started the instance has now. */
    step: async (
      claim: Claim,
      instance: InstanceRow,
      definition: Definition,
      signal: AbortSignal,
    ): Promise<Result> => {
      const caller = await identity.principalNow(instance.principal as unknown as Principal);
      if (!caller)
        return refused(
          'CREDENTIAL_ENDED',
          'The key or the person that started the workflow is no longer active.',
        );
      const seconds = 'timeoutSeconds' in claim.step ? (claim.step.timeoutSeconds ?? 60) : 60;
      const context = { caller, requestId: `workflow-${instance.id}` };
      const result = await within(seconds, signal, (bounded) =>
        act(claim, instance, definition, { ...context, signal: bounded }),
      );
      return result.kind === 'succeeded' ? limitSize(result) : result;
    },

    /** Carries a compensation out, with the rights at the start: what was done is undone even after its caller left. */
    undo: async (claim: UndoClaim, instance: InstanceRow, signal: AbortSignal): Promise<Result> => {
      const principal = instance.principal as unknown as Principal;
      const caller: Caller = {
        ...principal,
        dataRegion: null,
        credential: { kind: 'session', id: `workflow:${instance.id}`, expiresAt: null, isLater: true },
      };
      const { operation: name, input } = claim;
      const context = { caller, requestId: `workflow-${instance.id}`, key: `wf:${claim.undoId}` };
      return within(60, signal, (bounded) =>
        ask({ ...context, operation: name, input, signal: bounded, undoes: true }),
      );
    },
  };
}

/** Runs `work` for at most so many seconds; what does not stop may still be carried out. */
async function within(
  seconds: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const timeout = AbortSignal.timeout(seconds * 1000);
  const late = new Promise<Result>((resolve) => {
    timeout.addEventListener('abort', () => resolve(timedOut(seconds)), { once: true });
  });
  return Promise.race([work(AbortSignal.any([signal, timeout])), late]);
}

function timedOut(seconds: number): Result {
  const message = `It did not answer within ${seconds} s.`;
  return { kind: 'failed', failed: { code: 'TIMED_OUT', message, isRetryable: true, mayHaveHappened: true } };
}

function refused(code: string, message: string, mayHaveHappened = false): Result {
  return { kind: 'failed', failed: { code, message, isRetryable: false, mayHaveHappened } };
}

function waits(progress: Record<string, unknown>, event: string, key: string): Result {
  const looks = Number(progress.looks ?? 0);
  return {
    kind: 'waits',
    progress: { ...progress, looks: looks + 1 },
    event,
    key,
    lookAgainMs: LOOKS_MS[looks] ?? LATER_LOOKS_MS,
  };
}

function limitSize(result: Result & { kind: 'succeeded' }): Result {
  if (Buffer.byteLength(JSON.stringify(result.output ?? null)) <= MAX_OUTPUT_BYTES) return result;
  return refused('OUTPUT_TOO_LARGE', `A step answers at most ${MAX_OUTPUT_BYTES / 1000} kB.`, true);
}

/** Whether an expression anywhere needs what a step answers. */
function readsOutputOf(definition: Definition, step: StepOf<'operation'>): boolean {
  const undoing = JSON.stringify(step.compensate?.input ?? {});
  return (
    /\boutput\b/.test(undoing) || new RegExp(`\\bsteps\\.${step.id}\\b`).test(JSON.stringify(definition))
  );
}
