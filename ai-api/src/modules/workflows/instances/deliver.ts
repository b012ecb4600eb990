import { matchesTopic, typesOfTopic } from '../../../contract/topics.ts';
import type { Events } from '../../shared/events/index.ts';
import { type StepOf, stepById } from '../templates/index.ts';
import type { Ledger } from './ledger.ts';
import { type TaskRow, takeSignal } from './store.ts';

/** What woke an instance up: an event, or a child that ended. */
export type Arrived =
  | { kind: 'event'; type: string; data: Record<string, unknown> }
  | { kind: 'child'; path: string };

interface Delivery {
  arrived: Arrived | undefined;
  mayClaim: boolean;
  findSince: Events['findSince'];
}

/** Attempts that were lost with their process, beside those that a template allows: some steps end processes. */
const MAX_LOST_ATTEMPTS = 5;

/**
 * Lets steps that wait go on with what arrived, what became due and who was signalled, and takes over the steps of
 * processes that are gone.
 */
export async function deliver(ledger: Ledger, { arrived, mayClaim, findSince }: Delivery): Promise<void> {
  for (const task of ledger.open) {
    if (task.state === 'waiting') await deliverTo(ledger, task, { arrived, mayClaim, findSince });
    else if (task.state === 'retrying' && mayClaim && isDue(task, ledger.now))
      takeUp(ledger, task, { isNewAttempt: true });
    else if (task.state === 'running' && task.is_expired && mayClaim) takeOver(ledger, task);
  }
}

async function deliverTo(
  ledger: Ledger,
  task: TaskRow,
  { arrived, mayClaim, findSince }: Delivery,
): Promise<void> {
  const step = stepById(ledger.definition, task.step);
  const isHere = arrived !== undefined && concerns(arrived, task);
  if (step?.type === 'wait')
    return deliverToWait(ledger, task, step, isHere ? arrived : undefined, findSince);
  if ((isHere || isDue(task, ledger.now)) && mayClaim) takeUp(ledger, task, { isNewAttempt: false });
}

async function deliverToWait(
  ledger: Ledger,
  task: TaskRow,
  step: StepOf<'wait'>,
  arrived: Arrived | undefined,
  findSince: Events['findSince'],
): Promise<void> {
  const event = arrived?.kind === 'event' ? arrived : await earlierEvent(ledger, task, findSince);
  if (event) return ledger.succeed(task, { event: event.type, data: event.data, timedOut: false });
  if (step.signal !== undefined) {
    const signal = await takeSignal(ledger.transaction, ledger.instance.id, step.signal, task.path);
    if (signal) return ledger.succeed(task, { event: step.signal, data: signal.payload, timedOut: false });
  }
  if (!isDue(task, ledger.now)) return;
  const isTimer = step.event === undefined && step.signal === undefined;
  if (isTimer || step.onTimeout === 'continue')
    return ledger.succeed(task, { event: null, data: null, timedOut: !isTimer });
  ledger.fail(task, { code: 'TIMED_OUT', message: 'What the step waited for did not come in time.' });
}

/**
 * An event about the same thing that came after the instance started, and before its step waited: a request may be
 * decided at once.
 */
export async function earlierEvent(
  { transaction, instance }: Ledger,
  { wait_event, wait_key }: TaskRow,
  findSince: Events['findSince'],
): Promise<{ type: string; data: object } | null> {
  const [, field, value] = /^([^=]*)=(.*)$/s.exec(wait_key ?? '') ?? [];
  if (wait_event === null || field === undefined || value === undefined) return null;
  return findSince(transaction, typesOfTopic(wait_event), instance.id, field, value);
}

function takeOver(ledger: Ledger, task: TaskRow): void {
  if (task.attempt < MAX_LOST_ATTEMPTS) {
    takeUp(ledger, task, { isNewAttempt: true });
    return;
  }
  const message = 'The processes that carried the step out ended before it did, again and again.';
  ledger.fail(task, { code: 'PROCESS_LOST', message }, true);
}

function takeUp(ledger: Ledger, task: TaskRow, how: { isNewAttempt: boolean }): void {
  const step = stepById(ledger.definition, task.step);
  if (step) ledger.claim(task, step, how);
}

function concerns(arrived: Arrived, task: TaskRow): boolean {
  if (arrived.kind === 'child') return arrived.path === task.path;
  if (task.wait_event === null || !matchesTopic(task.wait_event, arrived.type)) return false;
  return task.wait_key === null || keysOf(arrived.data).includes(task.wait_key);
}

function isDue({ due_at }: TaskRow, now: Date): boolean {
  return due_at !== null && due_at <= now;
}

/** The fields of an event's data that a step may wait for, such as `decisionId=0197…`. */
export function keysOf(data: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(data)
    .filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value))
    .map(([name, value]) => keyOf(name, value));
}

export function keyOf(field: string, value: unknown): string {
  return `${field}=${String(value)}`;
}
