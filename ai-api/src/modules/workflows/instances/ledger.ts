import { v7 as uuidv7 } from 'uuid';
import type { Reservation } from '../../../http/idempotency/index.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import {
  type Definition,
  type Done,
  jsonText,
  MAX_INSTANCE_CHARACTERS,
  type PlainStep,
  type Step,
  type StepError,
  stepById,
  unwrap,
} from '../templates/index.ts';
import { OPEN } from './states.ts';
import {
  type InstanceChange,
  type InstanceRow,
  leaseEnd,
  type NewTask,
  type TaskChange,
  type TaskRow,
  wrap,
  writeTasks,
} from './store.ts';

/** A step that this process carries out, outside of any transaction. */
export interface Claim {
  kind: 'step';
  taskId: string;
  claim: string;
  path: string;
  step: Step;
  attempt: number;
  input: unknown;
  /** What an earlier part of the step left, such as the id of a decision; null when the step begins. */
  progress: Record<string, unknown> | null;
  /** The idempotency key of its operation, when it was taken with the intent. */
  reserved: Reservation | null;
}

/** A step that ended, for the audit trail and the event. */
export interface Ended {
  step: string;
  path: string;
  state: 'succeeded' | 'failed' | 'undone' | 'undo failed';
  error: StepError | null;
}

type Change = TaskChange;

/**
 * The steps of one instance within one transaction: what is written is seen by what is computed next, and reaches the
 * database with the next `flush`, in one statement. Code that looks at the tables, or publishes an event that a step may
 * wait for, flushes first.
 */
export class Ledger {
  readonly transaction: TenantTransaction;
  readonly instance: InstanceRow;
  readonly definition: Definition;
  readonly now: Date;
  readonly ended: Ended[] = [];
  readonly claims: Claim[] = [];
  /** Keys whose places became free. */
  readonly freedKeys = new Set<string>();
  stepsStarted: number;
  /** Of all that the steps answered. */
  outputCharacters: number;
  readonly #tasks: Map<string, TaskRow>;
  /** Not written yet, by id. */
  readonly #inserted = new Map<string, NewTask>();
  readonly #changed = new Map<string, Change>();
  readonly #leaseSeconds: number;

  constructor(parts: {
    transaction: TenantTransaction;
    instance: InstanceRow;
    definition: Definition;
    now: Date;
    tasks: readonly TaskRow[];
    leaseSeconds: number;
  }) {
    this.transaction = parts.transaction;
    this.instance = parts.instance;
    this.definition = parts.definition;
    this.now = parts.now;
    this.stepsStarted = parts.instance.steps_started;
    this.outputCharacters = parts.instance.output_characters;
    this.#tasks = new Map(parts.tasks.map((task) => [task.path, task]));
    this.#leaseSeconds = parts.leaseSeconds;
  }

  get tasks(): TaskRow[] {
    return [...this.#tasks.values()];
  }

  get open(): TaskRow[] {
    return this.tasks.filter(({ state }) => OPEN.includes(state));
  }

  /** Whether a step is under way in some process that is alive. */
  get isBusy(): boolean {
    return this.tasks.some(
      ({ state, claim, is_expired }) => state === 'running' && claim !== null && !is_expired,
    );
  }

  find(path: string): TaskRow | undefined {
    return this.#tasks.get(path);
  }

  /** The step of a task, as the template has it. */
  stepOf(task: TaskRow): PlainStep | undefined {
    return stepById(this.definition, task.step) as PlainStep | undefined;
  }

  /** The steps as plans see them. */
  done(): Map<string, Done> {
    return new Map(
      this.tasks.map(({ path, state, output, error }) => [
        path,
        { state, output: unwrap(output), error: error as StepError | null },
      ]),
    );
  }

  insert(path: string, step: Step, values: Change & { state: TaskRow['state'] }): TaskRow {
    const row = {
      id: uuidv7(),
      instance_id: this.instance.id,
      path,
      step: step.id,
      type: step.type,
      ordinal: this.stepsStarted++,
      started_at: this.now,
    };
    this.#inserted.set(row.id, { ...row, ...values } as NewTask);
    const task = { ...NEW_TASK, tenant_id: this.instance.tenant_id, ...row, ...parsed(values) } as TaskRow;
    this.#tasks.set(path, task);
    return task;
  }

  change(task: TaskRow, change: Change): TaskRow {
    const inserted = this.#inserted.get(task.id);
    if (inserted) this.#inserted.set(task.id, { ...inserted, ...change } as NewTask);
    else this.#changed.set(task.id, { ...this.#changed.get(task.id), ...change });
    const changed = { ...task, ...parsed(change) } as TaskRow;
    if (change.claim !== undefined) changed.is_expired = false;
    this.#tasks.set(task.path, changed);
    return changed;
  }

  /** Writes what is not written yet, with a change of the instance in the same statement. */
  async flush(change?: InstanceChange): Promise<void> {
    const [inserted, changed] = [[...this.#inserted.values()], [...this.#changed]];
    this.#inserted.clear();
    this.#changed.clear();
    await writeTasks(this.transaction, { inserted, changed }, this.instance.id, change);
  }

  /** Takes a step for this process, until its lease ends. */
  claim(task: TaskRow, step: Step, { isNewAttempt }: { isNewAttempt: boolean }): void {
    const claim = uuidv7();
    const attempt = task.attempt + (isNewAttempt ? 1 : 0);
    this.change(task, {
      state: 'running',
      attempt,
      claim,
      lease_until: leaseEnd(this.#leaseSeconds) as unknown as Date,
      due_at: null,
    });
    this.claims.push({
      kind: 'step',
      taskId: task.id,
      claim,
      path: task.path,
      step,
      attempt,
      input: unwrap(task.input),
      progress: task.progress as Record<string, unknown> | null,
      reserved: null,
    });
  }

  succeed(task: TaskRow, output: unknown): void {
    const text = wrap(output);
    if (this.outputCharacters + text.length > MAX_INSTANCE_CHARACTERS) {
      this.fail(task, { code: 'OUTPUT_TOO_LARGE', message: ALL_TOO_LARGE }, true);
      return;
    }
    this.outputCharacters += text.length;
    this.#end(task, { state: 'succeeded', output: text, error: null, may_have_happened: true });
  }

  fail(task: TaskRow, error: StepError, mayHaveHappened = task.may_have_happened): void {
    this.#end(task, {
      state: 'failed',
      error: jsonText(error),
      may_have_happened: mayHaveHappened,
    });
  }

  cancel(task: TaskRow): void {
    this.change(task, { ...ENDED_TASK, state: 'cancelled', ended_at: this.now });
    if (task.concurrency_key !== null) this.freedKeys.add(task.concurrency_key);
  }

  #end(task: TaskRow, change: Change & { state: 'succeeded' | 'failed' }): void {
    const ended = this.change(task, { ...ENDED_TASK, ...change, ended_at: this.now });
    if (task.concurrency_key !== null) this.freedKeys.add(task.concurrency_key);
    const { step, path, error } = ended;
    this.ended.push({ step, path, state: change.state, error: error as StepError | null });
  }
}

/** What the database fills in. */
const NEW_TASK: Omit<
  TaskRow,
  'id' | 'tenant_id' | 'instance_id' | 'path' | 'step' | 'type' | 'state' | 'ordinal' | 'started_at'
> = {
  attempt: 0,
  input: null,
  output: null,
  error: null,
  may_have_happened: false,
  progress: null,
  claim: null,
  lease_until: null,
  due_at: null,
  wait_event: null,
  wait_key: null,
  concurrency_key: null,
  ended_at: null,
  is_expired: false,
};

/** A change as the database answers it: JSON as values. */
function parsed(change: Change): Change {
  const changed = { ...change };
  for (const column of ['input', 'output', 'error', 'progress'] as const) {
    const given = change[column];
    if (typeof given === 'string') changed[column] = JSON.parse(given);
  }
  return changed;
}

const ALL_TOO_LARGE = `The steps of an instance answer at most ${MAX_INSTANCE_CHARACTERS / 1_000_000} MB.`;

const ENDED_TASK = {
  claim: null,
  lease_until: null,
  due_at: null,
  wait_event: null,
  wait_key: null,
} as const;
