import { Problem } from '../../../http/problem.ts';
import type { Events } from '../../shared/events/index.ts';
import {
  evaluate,
  expressionError,
  isTrue,
  MAX_TASKS,
  type PlainStep,
  type Ready,
  resolve,
  resolveFields,
  type Scope,
  type StepOf,
} from '../templates/index.ts';
import { earlierEvent, keyOf } from './deliver.ts';
import type { Ledger } from './ledger.ts';
import { countRunning, takeSignal, wrap } from './store.ts';

const MAX_WAIT_SECONDS = 10 * 366 * 86_400;
/** Of keys that are indexed. */
const MAX_KEY_CHARACTERS = 500;

/** @throws {Problem} INVALID_INPUT */
function keyText(name: string, value: string): string {
  if (value.length <= MAX_KEY_CHARACTERS) return value;
  throw new Problem('INVALID_INPUT', `${name}: must be at most ${MAX_KEY_CHARACTERS} characters`);
}

/** Starts a child within the transaction of its parent; answers its id. */
export type StartChild = (ledger: Ledger, path: string, template: string, input: object) => Promise<string>;

/** What beginning a step needs beside the database. */
interface Means {
  startChild: StartChild;
  findSince: Events['findSince'];
  lookAgain(ledger: Ledger): Promise<void>;
}

/**
 * Begins a step: writes the intent, and claims what is carried out outside. Steps that need nothing outside end here.
 */
export async function begin(ledger: Ledger, { path, step, scope }: Ready, means: Means): Promise<void> {
  if (ledger.tasks.length >= MAX_TASKS)
    return failed(ledger, path, step as PlainStep, {
      code: 'TOO_MANY_STEPS',
      message: `An instance has at most ${MAX_TASKS} steps.`,
    });
  const plain = step as PlainStep;
  try {
    switch (plain.type) {
      case 'validate':
        return await validate(ledger, path, plain, scope);
      case 'wait':
        return await wait(ledger, path, plain, scope, means);
      case 'fail':
        return failed(ledger, path, plain, {
          code: plain.code,
          message: String(resolve(plain.message, scope)),
        });
      case 'child':
        return await child(ledger, path, plain, scope, means.startChild);
      default:
        return await act(ledger, path, plain, scope);
    }
  } catch (error) {
    if (error instanceof Problem)
      return failed(ledger, path, plain, { code: error.code, message: error.message, status: error.status });
    failed(ledger, path, plain, expressionError(error));
  }
}

function failed(
  ledger: Ledger,
  path: string,
  step: PlainStep,
  error: { code: string; message: string; status?: number },
): void {
  ledger.fail(ledger.insert(path, step, { state: 'running' }), error);
}

async function validate(ledger: Ledger, path: string, step: StepOf<'validate'>, scope: Scope): Promise<void> {
  const failures = step.checks.filter(({ that }) => !isTrue(that, scope)).map(({ message }) => message);
  if (failures.length === 0 && step.ruleSet !== undefined) return act(ledger, path, step, scope);
  const task = ledger.insert(path, step, { state: 'running' });
  if (failures.length === 0) return ledger.succeed(task, { valid: true, failures });
  ledger.fail(task, { code: 'NOT_VALID', message: failures.join(' ') }, false);
}

async function wait(
  ledger: Ledger,
  path: string,
  step: StepOf<'wait'>,
  scope: Scope,
  { findSince, lookAgain }: Means,
): Promise<void> {
  const { event, where, signal, timeoutSeconds } = step;
  const dueAt = dueOf(step, scope, ledger.now);
  const [pair] = Object.entries(where ?? {});
  const task = ledger.insert(path, step, {
    state: 'waiting',
    due_at: dueAt ?? (timeoutSeconds === undefined ? null : later(ledger.now, timeoutSeconds)),
    wait_event: event ?? (signal === undefined ? null : `signal:${signal}`),
    wait_key: pair ? keyText('where', keyOf(pair[0], resolve(pair[1], scope))) : null,
  });
  if (task.wait_key !== null) {
    const earlier = await earlierEvent(ledger, task, findSince);
    if (earlier) return ledger.succeed(task, { event: earlier.type, data: earlier.data, timedOut: false });
    await lookAgain(ledger);
  }
  if (signal === undefined) return;
  const sent = await takeSignal(ledger.transaction, ledger.instance.id, signal, path);
  if (sent) ledger.succeed(task, { event: signal, data: sent.payload, timedOut: false });
}

/** @throws {Problem} INVALID_INPUT */
function dueOf({ seconds, until }: StepOf<'wait'>, scope: Scope, now: Date): Date | null {
  if (seconds !== undefined) {
    const value = Number(resolve(seconds, scope));
    if (!(value >= 0 && value <= MAX_WAIT_SECONDS))
      throw new Problem('INVALID_INPUT', `seconds: must be a number from 0 to ${MAX_WAIT_SECONDS}`);
    return later(now, value);
  }
  if (until === undefined) return null;
  const due = new Date(String(resolve(until, scope)));
  if (!(due.getTime() - now.getTime() <= MAX_WAIT_SECONDS * 1000))
    throw new Problem('INVALID_INPUT', 'until: must be an instant, at most ten years away');
  return due < now ? now : due;
}

function later(now: Date, seconds: number): Date {
  return new Date(now.getTime() + seconds * 1000);
}

async function child(
  ledger: Ledger,
  path: string,
  step: StepOf<'child'>,
  scope: Scope,
  startChild: StartChild,
): Promise<void> {
  const input = resolveFields(step.input, scope);
  await ledger.flush();
  const childId = await startChild(ledger, path, step.template, input);
  ledger.insert(path, step, {
    state: 'waiting',
    input: wrap(input),
    progress: JSON.stringify({ childId }),
    may_have_happened: true,
  });
}

/** A step that is carried out outside: now, or when a place with its key is free. */
async function act(ledger: Ledger, path: string, step: PlainStep, scope: Scope): Promise<void> {
  const input = wrap(inputOf(step, scope));
  const limit = 'concurrency' in step ? step.concurrency : undefined;
  const key = limit ? keyText('concurrency.key', String(evaluate(limit.key, scope))) : null;
  const task = ledger.insert(path, step, { state: 'pending', input, concurrency_key: key });
  if (limit && key !== null && (await underWay(ledger, key)) >= limit.limit) return;
  ledger.claim(task, step, { isNewAttempt: true });
}

async function underWay(ledger: Ledger, key: string): Promise<number> {
  await ledger.flush();
  return countRunning(ledger.transaction, key);
}

/** Begins a step that waited in line, if a place is free now. */
export async function beginPending(ledger: Ledger): Promise<void> {
  for (const task of ledger.open.filter(({ state }) => state === 'pending')) {
    const step = ledger.stepOf(task);
    const limit = step && 'concurrency' in step ? step.concurrency?.limit : undefined;
    const key = task.concurrency_key;
    const isFree = limit === undefined || key === null || (await underWay(ledger, key)) < limit;
    if (step && isFree) ledger.claim(task, step, { isNewAttempt: true });
  }
}

function inputOf(step: PlainStep, scope: Scope): unknown {
  switch (step.type) {
    case 'operation':
      return { input: resolveFields(step.input, scope), recover: recoverOf(step, scope) };
    case 'agent':
      return { agent: resolve(step.agent, scope), input: resolve(step.input, scope) };
    case 'validate':
      return resolveFields(
        {
          text: step.text,
          request: step.request ?? null,
          approvers: step.approvers ?? [],
          about: step.about ?? null,
        },
        scope,
      );
    case 'notify':
      return resolveFields(
        {
          to: step.to,
          template: step.template ?? 'message',
          data: step.data ?? { title: step.subject ?? '', body: step.text ?? '' },
        },
        scope,
      );
    case 'human':
      return resolveFields(
        {
          question: step.question,
          message: step.message ?? null,
          details: step.details ?? {},
          approvers: step.approvers ?? [],
        },
        scope,
      );
    default:
      return {};
  }
}

function recoverOf({ recover }: StepOf<'operation'>, scope: Scope): unknown {
  return recover ? { operation: recover.operation, input: resolveFields(recover.input, scope) } : null;
}
