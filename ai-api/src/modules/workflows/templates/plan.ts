import { ExpressionError } from '../../../judgement/index.ts';
import { type Definition, MAX_ITEMS, type Step, type StepOf } from './schema.ts';
import { evaluate, isTrue, resolveFields, type Scope } from './values.ts';

/** What is known of a step that was begun, by its path such as `notify` or `each[3].notify`. */
export interface Done {
  state: 'pending' | 'running' | 'waiting' | 'retrying' | 'succeeded' | 'skipped' | 'failed' | 'cancelled';
  output: unknown;
  error: StepError | null;
}

/** Why a step failed. */
export interface StepError {
  code: string;
  message: string;
  /** HTTP status of the operation, where there was one. */
  status?: number;
}

/** A step that can be begun, with what its expressions see. */
export interface Ready {
  path: string;
  step: Step;
  scope: Scope;
}

/** Where an instance is, and what comes next. */
export interface Plan {
  ready: Ready[];
  /** Steps whose condition was false. */
  skipped: { path: string; step: Step }[];
  /** Paths below which nothing may be begun any more, because their join is done. */
  abandoned: string[];
  outcome:
    | { state: 'open' }
    | { state: 'completed'; output: Record<string, unknown> }
    | { state: 'failed'; error: StepError; path: string };
}

type Walked =
  | { state: 'done'; output: unknown; isSkipped?: boolean }
  | { state: 'blocked' }
  | { state: 'failed'; error: StepError; path: string };

/**
 * Where an instance is by the steps that were begun, and which can be begun now. It computes and changes nothing: the
 * same template, input and steps give the same plan in every process.
 * @param scopes is filled with what the expressions of each step that was begun see
 */
export function planOf(
  definition: Pick<Definition, 'steps' | 'output'>,
  instance: { id: string; startedAt: string; input: Record<string, unknown> },
  tasks: ReadonlyMap<string, Done>,
  scopes?: Map<string, Scope>,
): Plan {
  const plan: Plan = { ready: [], skipped: [], abandoned: [], outcome: { state: 'open' } };
  const scope: Scope = {
    input: instance.input,
    steps: {},
    instance: { id: instance.id, startedAt: instance.startedAt },
  };
  const walked = walkSteps(definition.steps, '', scope, { plan, tasks, scopes });
  if (walked.state === 'failed') plan.outcome = walked;
  if (walked.state === 'done') plan.outcome = completedBy(definition, scope);
  if (plan.outcome.state !== 'open') plan.ready = [];
  return plan;
}

function completedBy(definition: Pick<Definition, 'output'>, scope: Scope): Plan['outcome'] {
  try {
    return { state: 'completed', output: resolveFields(definition.output, scope) };
  } catch (error) {
    return { state: 'failed', error: expressionError(error), path: 'output' };
  }
}

interface Walk {
  plan: Plan;
  tasks: ReadonlyMap<string, Done>;
  scopes: Map<string, Scope> | undefined;
}

/** Walks steps one after the other; adds what they answer to the scope. */
function walkSteps(steps: readonly Step[], prefix: string, scope: Scope, walk: Walk): Walked {
  let output: unknown = null;
  for (const step of steps) {
    const walked = walkStep(step, prefix + step.id, scope, walk);
    if (walked.state === 'blocked') return walked;
    if (walked.state === 'failed') {
      if (step.onError !== 'continue') return walked;
      scope.steps[step.id] = { output: null, state: 'failed', error: walked.error };
      output = null;
      continue;
    }
    const state = walked.isSkipped ? 'skipped' : 'succeeded';
    scope.steps[step.id] = { output: walked.output, state, error: null };
    output = walked.output;
  }
  return { state: 'done', output };
}

function walkStep(step: Step, path: string, scope: Scope, walk: Walk): Walked {
  const task = walk.tasks.get(path);
  if (task) {
    walk.scopes?.set(path, inner(scope));
    return ofTask(task, path);
  }
  try {
    if (step.when !== undefined && !isTrue(step.when, scope)) {
      walk.plan.skipped.push({ path, step });
      return { state: 'done', output: null, isSkipped: true };
    }
    switch (step.type) {
      case 'branch':
        return walkBranch(step, path, scope, walk);
      case 'parallel':
        return walkParallel(step, path, scope, walk);
      case 'map':
        return walkMap(step, path, scope, walk);
      default:
        walk.plan.ready.push({ path, step, scope: inner(scope) });
        return { state: 'blocked' };
    }
  } catch (error) {
    return { state: 'failed', error: expressionError(error), path };
  }
}

function ofTask({ state, output, error }: Done, path: string): Walked {
  if (state === 'succeeded' || state === 'skipped')
    return { state: 'done', output, isSkipped: state === 'skipped' };
  if (state !== 'failed' && state !== 'cancelled') return { state: 'blocked' };
  return {
    state: 'failed',
    error: error ?? { code: 'CANCELLED', message: 'The step was cancelled.' },
    path,
  };
}

function walkBranch(step: StepOf<'branch'>, path: string, scope: Scope, walk: Walk): Walked {
  const index = step.cases.findIndex((one) => isTrue(one.when, scope));
  const name = index < 0 ? 'otherwise' : `case${index}`;
  const steps = index < 0 ? step.otherwise : (step.cases[index]?.steps ?? []);
  const walked = walkSteps(steps, `${path}.`, inner(scope), walk);
  return walked.state === 'done' ? { state: 'done', output: { taken: name, output: walked.output } } : walked;
}

function walkParallel(step: StepOf<'parallel'>, path: string, scope: Scope, walk: Walk): Walked {
  const names = Object.keys(step.branches);
  const needed = step.join === 'all' ? names.length : step.join === 'any' ? 1 : step.join;
  const walks = names.map((name) => {
    const own: Walk = { ...walk, plan: { ...walk.plan, ready: [], skipped: [] } };
    const prefix = `${path}.${name}.`;
    return { name, prefix, own, walked: walkSteps(step.branches[name] ?? [], prefix, inner(scope), own) };
  });
  const done = walks.filter(({ walked }) => walked.state === 'done');
  const failed = walks.filter(({ walked }) => walked.state === 'failed');
  const abandon = () =>
    walk.plan.abandoned.push(
      ...walks.filter(({ walked }) => walked.state === 'blocked').map(({ prefix }) => prefix),
    );
  if (done.length >= needed) {
    abandon();
    const output = Object.fromEntries(
      walks.map(({ name, walked }) => [name, walked.state === 'done' ? walked.output : null]),
    );
    return { state: 'done', output };
  }
  if (names.length - failed.length < needed) {
    abandon();
    return failed[0]?.walked as Walked;
  }
  for (const { own } of walks) {
    walk.plan.ready.push(...own.plan.ready);
    walk.plan.skipped.push(...own.plan.skipped);
  }
  return { state: 'blocked' };
}

function walkMap(step: StepOf<'map'>, path: string, scope: Scope, walk: Walk): Walked {
  const items = evaluate(step.over, scope);
  if (!Array.isArray(items) || items.length > MAX_ITEMS)
    return {
      state: 'failed',
      error: { code: 'NOT_A_LIST', message: `"over" must be a list of at most ${MAX_ITEMS} items.` },
      path,
    };
  const outputs: unknown[] = [];
  const own: Walk = { ...walk, plan: { ...walk.plan, ready: [], skipped: [] } };
  let open = 0;
  let failed: Walked | undefined;
  for (const [index, item] of items.entries()) {
    if (open >= step.concurrency) break;
    const walked = walkSteps(step.steps, `${path}[${index}].`, { ...inner(scope), item, index }, own);
    if (walked.state === 'failed') failed ??= walked;
    else if (walked.state === 'blocked') open++;
    else outputs[index] = walked.output;
  }
  if (failed) {
    walk.plan.abandoned.push(`${path}[`);
    return failed;
  }
  walk.plan.ready.push(...own.plan.ready);
  walk.plan.skipped.push(...own.plan.skipped);
  return open > 0 ? { state: 'blocked' } : { state: 'done', output: outputs };
}

/** What steps inside of a composed step add is not seen outside of it. */
function inner(scope: Scope): Scope {
  return { ...scope, steps: { ...scope.steps } };
}

/** @throws what is no error of an expression */
export function expressionError(error: unknown): StepError {
  if (!(error instanceof ExpressionError)) throw error;
  return { code: 'EXPRESSION_FAILED', message: `An expression cannot be evaluated: ${error.message}.` };
}
