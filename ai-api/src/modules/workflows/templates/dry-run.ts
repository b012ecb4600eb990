import { type Done, type Plan, planOf, type StepError } from './plan.ts';
import { type Definition, MAX_ITEMS, MAX_TASKS, type Step } from './schema.ts';
import type { StoredInstance } from './store.ts';
import { inputSchemaOf } from './types.ts';

/** How one instance would go through another version of its template. */
export interface DryRunCase {
  instanceId: string | null;
  before: string | null;
  after: string;
  added: string[];
  removed: string[];
  error: string | null;
}

const MAX_ROUNDS = 2_000;

/** Loops of a walk need no places: all their items are walked at once. */
function withoutPlaces(step: Step): Step {
  const inner = (steps: readonly Step[]) => steps.map(withoutPlaces);
  switch (step.type) {
    case 'map':
      return { ...step, concurrency: MAX_ITEMS, steps: inner(step.steps) };
    case 'branch':
      return {
        ...step,
        cases: step.cases.map((one) => ({ ...one, steps: inner(one.steps) })),
        otherwise: inner(step.otherwise),
      };
    case 'parallel':
      return {
        ...step,
        branches: Object.fromEntries(
          Object.entries(step.branches).map(([name, steps]) => [name, inner(steps)]),
        ),
      };
    default:
      return step;
  }
}

/** A definition as it is walked. */
export function walkable(definition: Definition): Definition {
  return { ...definition, steps: definition.steps.map(withoutPlaces) };
}

/**
 * Walks a stored instance through a template: a step that the instance carried out answers what it answered then, any
 * other one answers nothing.
 */
export function walkStored(definition: Definition, stored: StoredInstance): DryRunCase {
  const recorded = new Map(stored.tasks.map((task) => [task.path, doneOf(task)]));
  const { id, state, input, created_at: startedAt } = stored;
  const walked = walk(definition, input as Record<string, unknown>, startedAt, (path) => recorded.get(path));
  const begun = new Set([...recorded].filter(([, task]) => task.state !== 'skipped').map(([path]) => path));
  return {
    instanceId: id,
    before: state,
    after: walked.after,
    added: walked.begun.filter((path) => !begun.has(path)),
    removed: [...begun].filter((path) => !walked.begun.includes(path)),
    error: walked.error,
  };
}

/** Walks an input through a template; `outputs` says what steps answer, by their id. */
export function walkInput(
  definition: Definition,
  input: Record<string, unknown>,
  outputs: Readonly<Record<string, unknown>>,
  now: Date,
): DryRunCase {
  const walked = walk(definition, input, now, (_path, step) =>
    Object.hasOwn(outputs, step) ? { state: 'succeeded', output: outputs[step], error: null } : undefined,
  );
  return {
    instanceId: null,
    before: null,
    after: walked.after,
    added: walked.begun,
    removed: [],
    error: walked.error,
  };
}

function walk(
  definition: Definition,
  given: Record<string, unknown>,
  startedAt: Date,
  recordedOf: (path: string, step: string) => Done | undefined,
): { after: string; begun: string[]; error: string | null } {
  const parsed = inputSchemaOf(definition.input).safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { after: 'refused', begun: [], error: `input.${issue?.path.join('.')}: ${issue?.message}` };
  }
  const instance = { id: 'dry-run', startedAt: startedAt.toISOString(), input: parsed.data };
  const tasks = new Map<string, Done>();
  const begun: string[] = [];
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const plan = planOf(definition, instance, tasks);
    if (plan.outcome.state !== 'open') return { ...outcomeOf(plan.outcome), begun };
    for (const { path } of plan.skipped) tasks.set(path, { state: 'skipped', output: null, error: null });
    for (const { path, step } of plan.ready) {
      begun.push(path);
      tasks.set(path, settled(recordedOf(path, step.id), step.type));
    }
    if (tasks.size > MAX_TASKS) return { after: 'failed', begun, error: `more than ${MAX_TASKS} steps` };
    if (plan.ready.length === 0 && plan.skipped.length === 0) break;
  }
  return { after: 'open', begun, error: null };
}

/** What is still open answers nothing; a fail step fails. */
function settled(recorded: Done | undefined, type: string): Done {
  if (recorded && ['succeeded', 'failed', 'cancelled'].includes(recorded.state)) return recorded;
  if (type === 'fail')
    return { state: 'failed', output: null, error: { code: 'FAILED', message: 'The template fails here.' } };
  return { state: 'succeeded', output: null, error: null };
}

function outcomeOf(outcome: Exclude<Plan['outcome'], { state: 'open' }>) {
  if (outcome.state === 'completed') return { after: 'completed', error: null };
  return { after: 'failed', error: `${outcome.path}: ${outcome.error.message}` };
}

function doneOf({ state, output, error }: StoredInstance['tasks'][number]): Done {
  return { state: state as Done['state'], output: unwrap(output), error: error as StepError | null };
}

/** Outputs are stored in an object, so that every JSON value can be one. */
export function unwrap(stored: unknown): unknown {
  return stored === null ? null : (stored as { value: unknown }).value;
}
