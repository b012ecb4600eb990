import { events } from '../../../contract/events.ts';
import type { Operation } from '../../../contract/operation.ts';
import { matchesTopic, topic, typesOfTopic } from '../../../contract/topics.ts';
import { plainIssue } from '../../../http/plain-issues.ts';
import { type DataType, dataLanguage, ExpressionError } from '../../../judgement/index.ts';
import { type Definition, MAX_NESTING, MAX_STEPS, type PlainStep, type Step, type StepOf } from './schema.ts';
import type { Fault } from './source.ts';
import { fits, type Json, jsonSchemaOf, typeOfInput, typeOfSchema } from './types.ts';
import { expressionOf } from './values.ts';
import { eachStep } from './walk.ts';

/** What a template is held against. */
export interface Surroundings {
  /** The operation of an id; undefined when there is none. */
  find(operation: string): Operation | undefined;
  /** The inputs of a published template; undefined when there is none. */
  inputsOf(template: string): Definition['input'] | undefined;
}

type Report = Omit<Fault, 'line' | 'column'>;
type Types = Record<string, DataType>;

/** Operations that hand out credentials, sign in, or would let a template change templates. */
const REFUSED = /^((workflow|workflowTemplate|auth|apiKey|batch|realtime)\.|user\.invite$)/;

/**
 * Whether an operation can be a step. Decisions about people cannot: a step would make them in the name of who started
 * the workflow, without their having looked.
 */
export function mayBeStep(id: string, op: Operation | undefined): op is Operation {
  return op !== undefined && op.decides !== true && !REFUSED.test(id);
}

/** Why an operation cannot be a step, as the end of a sentence; empty where its name says it. */
export function whyNoStep(op: Operation | undefined): string {
  return op?.decides ? ': a person decides about a person, after having looked' : '';
}

/**
 * The operations of a template that cannot be steps: one that was published by an earlier version may have them. What is
 * not there any more is left to the step.
 */
export function noSteps({ steps }: Pick<Definition, 'steps'>, find: Surroundings['find']): Report[] {
  return [...eachStep(steps)].flatMap(({ step, place }) =>
    operationsOf(step, place).flatMap(({ id, path }) => {
      const op = find(id);
      if (!op || mayBeStep(id, op)) return [];
      return [{ path, message: `"${id}" cannot be a step${whyNoStep(op)}`, start: null, end: null }];
    }),
  );
}

/** The operations that a step calls by name, with their places. */
function operationsOf(step: Step, place: string): { id: string; path: string }[] {
  return [
    ...(step.type === 'operation' ? [{ id: step.operation, path: `${place}.operation` }] : []),
    ...('compensate' in step && step.compensate
      ? [{ id: step.compensate.operation, path: `${place}.compensate.operation` }]
      : []),
    ...('recover' in step && step.recover
      ? [{ id: step.recover.operation, path: `${place}.recover.operation` }]
      : []),
  ];
}

/** Everything that is wrong with a template, each with its place. */
export function checkDefinition(definition: Definition, surroundings: Surroundings): Report[] {
  const checker = createChecker(definition, surroundings);
  checker.structure();
  const visible = checker.steps(definition.steps, 'steps', {}, {});
  checker.values(definition.output, 'output', checker.language(visible, {}));
  return checker.faults;
}

type Language = ReturnType<typeof dataLanguage>;

/** The steps that an expression names, sorted; null where it may reach others, as by `steps[…]`. */
function stepsNamedIn(source: string): string[] | null {
  if (/\bsteps\b(?!\s*\.\s*[A-Za-z_])/.test(source)) return null;
  return [...new Set([...source.matchAll(/\bsteps\s*\.\s*(\w+)/g)].map(([, id]) => id as string))].toSorted();
}

function createChecker(definition: Definition, { find, inputsOf }: Surroundings) {
  const faults: Report[] = [];
  const fault = (path: string, message: string, start: number | null = null, end: number | null = null) =>
    faults.push({ path, message, start, end });

  const inputType = typeOfInput(definition.input);

  /** What expressions see after these steps. Each is compiled with the steps that it names: all of them take long. */
  function language(visible: Types, more: Types): Language {
    const known = new Map<string, Language>();
    return {
      compile: (source) => {
        const named = stepsNamedIn(source);
        const seen = named
          ? Object.fromEntries(
              named.filter((id) => Object.hasOwn(visible, id)).map((id) => [id, visible[id] as DataType]),
            )
          : visible;
        const key = named?.join(' ') ?? '*';
        const by =
          known.get(key) ??
          dataLanguage({
            input: inputType,
            steps: seen,
            instance: { id: 'string', startedAt: 'string' },
            ...more,
          });
        known.set(key, by);
        return by.compile(source);
      },
    };
  }

  function structure(): void {
    const seen = new Set<string>();
    let count = 0;
    for (const { step, place, depth } of eachStep(definition.steps)) {
      count++;
      if (seen.has(step.id)) fault(`${place}.id`, `"${step.id}" is the id of another step`);
      seen.add(step.id);
      if (depth > MAX_NESTING) fault(place, `is nested more than ${MAX_NESTING} deep`);
      if (definition.runner === 'n8n' && step.type !== 'operation')
        fault(`${place}.type`, 'with the runner n8n every step is an operation, which n8n carries out');
    }
    for (const [name, { type, secret }] of Object.entries(definition.input))
      if (secret && type !== 'text') fault(`input.${name}.secret`, 'only a text can be secret');
    if (count > MAX_STEPS) fault('steps', `has ${count} steps, more than ${MAX_STEPS}`);
  }

  /** Checks an expression and answers its type. */
  function expression(source: string, path: string, by: Language, accepts?: readonly string[]): string {
    try {
      const { type } = by.compile(source);
      if (accepts && type !== 'dyn' && !accepts.includes(type))
        fault(path, `must be ${accepts.join(' or ')}, but is ${type}`, 0, source.length);
      return type;
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      fault(path, error.message, error.start, error.end);
      return 'dyn';
    }
  }

  /** Checks every expression in a value; answers the type of the value itself, null for a literal. */
  function value(given: unknown, path: string, by: Language): string | null {
    const source = expressionOf(given);
    if (source !== null) return expression(source, path, by);
    if (Array.isArray(given))
      for (const [index, inner] of given.entries()) value(inner, `${path}[${index}]`, by);
    else if (typeof given === 'object' && given !== null) values(given as Record<string, unknown>, path, by);
    return null;
  }

  function values(fields: Readonly<Record<string, unknown>>, path: string, by: Language): void {
    for (const [name, given] of Object.entries(fields)) value(given, `${path}.${name}`, by);
  }

  function text(given: unknown, path: string, by: Language): void {
    const type = value(given, path, by);
    if (type !== null && type !== 'dyn' && type !== 'string') fault(path, `must be a text, but is ${type}`);
  }

  /** Checks the input of an operation against its schema. */
  function operationInput(
    id: string,
    input: Readonly<Record<string, unknown>>,
    place: string,
    by: Language,
  ): Operation | undefined {
    const op = find(id);
    if (!mayBeStep(id, op)) {
      const message = op ? `"${id}" cannot be a step${whyNoStep(op)}` : `there is no operation "${id}"`;
      fault(`${place}.operation`, message);
      values(input, `${place}.input`, by);
      return undefined;
    }
    const schema = jsonSchemaOf(op.input, 'input');
    for (const [name, given] of Object.entries(input)) {
      const path = `${place}.input.${name}`;
      const field = op.input.shape[name];
      if (!field) fault(path, `is not an input of ${id}`);
      nested(given, schema.properties?.[name] as Json | undefined, path, by);
      if (field && isLiteral(given)) literal(given, field, path);
    }
    for (const name of schema.required ?? [])
      if (!Object.hasOwn(input, name)) fault(`${place}.input`, `${id} needs ${name}`);
    return op;
  }

  /** Checks the expressions in a value, and the objects around them, against a schema. */
  function nested(given: unknown, schema: Json | undefined, path: string, by: Language): void {
    const source = expressionOf(given);
    if (source !== null) {
      const type = expression(source, path, by);
      if (!fits(type, schema)) fault(path, `does not take ${type}`, 0, source.length);
      return;
    }
    if (Array.isArray(given)) {
      for (const [index, one] of given.entries())
        nested(one, schema?.items as Json | undefined, `${path}[${index}]`, by);
      return;
    }
    if (typeof given !== 'object' || given === null) return;
    const { properties, required = [] } = schema ?? {};
    for (const [name, one] of Object.entries(given)) {
      if (properties && !Object.hasOwn(properties, name)) fault(`${path}.${name}`, 'is not a field here');
      nested(one, properties?.[name] as Json | undefined, `${path}.${name}`, by);
    }
    if (properties)
      for (const name of required) if (!Object.hasOwn(given, name)) fault(path, `needs ${name}`);
  }

  function literal(given: unknown, field: Operation['input']['shape'][string], path: string): void {
    const [issue] = field.safeParse(given, { reportInput: true }).error?.issues ?? [];
    if (issue) fault(path, plainIssue(issue));
  }

  /** Checks steps that follow each other; answers what is visible after them. */
  function steps(list: readonly Step[], place: string, before: Types, more: Types): Types {
    const visible = { ...before };
    let pivot: string | null = null;
    for (const [index, step] of list.entries()) {
      const here = `${place}[${index}]`;
      const by = language(visible, more);
      if (step.when !== undefined) expression(step.when, `${here}.when`, by, ['bool']);
      if (pivot !== null && 'compensate' in step && step.compensate)
        fault(`${here}.compensate`, `can never run: ${pivot} is a pivot`);
      if ('pivot' in step && step.pivot) pivot = step.id;
      const output = checkStep(step, here, by, visible, more);
      const isCertain = step.when === undefined && step.onError === 'fail';
      visible[step.id] = { output: isCertain ? output : 'dyn', state: 'string', error: 'dyn' };
    }
    return visible;
  }

  function checkStep(step: Step, here: string, by: Language, visible: Types, more: Types): DataType {
    switch (step.type) {
      case 'branch':
        for (const [index, one] of step.cases.entries()) {
          expression(one.when, `${here}.cases[${index}].when`, by, ['bool']);
          steps(one.steps, `${here}.cases[${index}].steps`, visible, more);
        }
        steps(step.otherwise, `${here}.otherwise`, visible, more);
        return { taken: 'string', output: 'dyn' };
      case 'parallel':
        return checkParallel(step, here, visible, more);
      case 'map':
        checkList(step.over, `${here}.over`, by);
        steps(step.steps, `${here}.steps`, visible, { ...more, item: 'dyn', index: 'double' });
        return 'list<dyn>';
      default:
        return checkPlain(step, here, by, visible, more);
    }
  }

  function checkList(source: string, path: string, by: Language): void {
    const type = expression(source, path, by);
    if (type !== 'dyn' && !type.startsWith('list'))
      fault(path, `must be a list, but is ${type}`, 0, source.length);
  }

  function checkParallel(step: StepOf<'parallel'>, here: string, visible: Types, more: Types): DataType {
    const names = Object.keys(step.branches);
    if (names.length === 0) fault(`${here}.branches`, 'needs a branch');
    if (typeof step.join === 'number' && step.join > names.length)
      fault(`${here}.join`, `is more than the ${names.length} branches`);
    return Object.fromEntries(
      Object.entries(step.branches).map(([name, list]): [string, DataType] => {
        const after = steps(list, `${here}.branches.${name}`, visible, more);
        const last = list.at(-1);
        const isCertain = step.join === 'all' && last !== undefined;
        return [name, isCertain ? outputIn(after, last.id) : 'dyn'];
      }),
    );
  }

  function checkPlain(step: PlainStep, here: string, by: Language, visible: Types, more: Types): DataType {
    if ('concurrency' in step && step.concurrency)
      expression(step.concurrency.key, `${here}.concurrency.key`, by, ['string']);
    const output = outputOf(step, here, by);
    if ('compensate' in step && step.compensate) {
      const undoing = language(visible, { ...more, output });
      operationInput(step.compensate.operation, step.compensate.input, `${here}.compensate`, undoing);
    }
    return output;
  }

  function outputOf(step: PlainStep, here: string, by: Language): DataType {
    switch (step.type) {
      case 'operation': {
        const op = operationInput(step.operation, step.input, here, by);
        if (step.recover) {
          const read = operationInput(step.recover.operation, step.recover.input, `${here}.recover`, by);
          if (read && read.method !== 'GET') fault(`${here}.recover.operation`, 'must be a read');
        }
        return op ? typeOfSchema(op.output, 'output') : 'dyn';
      }
      case 'agent':
        text(step.agent, `${here}.agent`, by);
        text(step.input, `${here}.input`, by);
        return { executionId: 'string', output: 'dyn', costMicros: 'dyn' };
      case 'validate':
        for (const [index, { that }] of step.checks.entries())
          expression(that, `${here}.checks[${index}].that`, by, ['bool']);
        return checkRuleSet(step, here, by);
      case 'notify':
        value(step.to, `${here}.to`, by);
        checkNotify(step, here, by);
        return { notificationIds: 'list<string>', recipients: 'int' };
      case 'wait':
        return checkWait(step, here, by);
      case 'human':
        text(step.question, `${here}.question`, by);
        value(step.message, `${here}.message`, by);
        values(step.details ?? {}, `${here}.details`, by);
        value(step.approvers, `${here}.approvers`, by);
        return { decisionId: 'string', status: 'string', approved: 'bool', reason: 'dyn', decidedBy: 'dyn' };
      case 'child':
        return checkChild(step, here, by);
      case 'fail':
        text(step.message, `${here}.message`, by);
        return 'dyn';
    }
  }

  function checkNotify(step: StepOf<'notify'>, here: string, by: Language): void {
    const isWritten = step.subject !== undefined && step.text !== undefined;
    if (isWritten === (step.template !== undefined))
      fault(here, 'needs either subject and text, or a template');
    text(step.subject ?? '', `${here}.subject`, by);
    text(step.text ?? '', `${here}.text`, by);
    values(step.data ?? {}, `${here}.data`, by);
  }

  function checkRuleSet(step: StepOf<'validate'>, here: string, by: Language): DataType {
    const { ruleSet, checks } = step;
    if (ruleSet === undefined && checks.length === 0) fault(here, 'needs checks or a ruleSet');
    if (ruleSet !== undefined && step.text === undefined) fault(`${here}.text`, 'is needed with a ruleSet');
    for (const name of ['text', 'request', 'about'] as const) text(step[name] ?? '', `${here}.${name}`, by);
    value(step.approvers, `${here}.approvers`, by);
    const judged = { resultId: 'string', status: 'string', effect: 'string', score: 'dyn', output: 'dyn' };
    return { valid: 'bool', failures: 'list<string>', ...(ruleSet === undefined ? {} : judged) };
  }

  function checkWait(step: StepOf<'wait'>, here: string, by: Language): DataType {
    const kinds = [step.seconds, step.until, step.event, step.signal].filter((kind) => kind !== undefined);
    if (kinds.length !== 1) fault(here, 'must wait for one of seconds, until, event and signal');
    value(step.seconds, `${here}.seconds`, by);
    text(step.until ?? '', `${here}.until`, by);
    if (step.event !== undefined) checkTopic(step.event, step.where, here);
    values(step.where ?? {}, `${here}.where`, by);
    return { event: 'dyn', data: 'dyn', timedOut: 'bool' };
  }

  function checkTopic(pattern: string, where: Record<string, unknown> | undefined, here: string): void {
    const parsed = topic.safeParse(pattern);
    if (!parsed.success) {
      fault(`${here}.event`, parsed.error.issues[0]?.message ?? 'is not a topic');
      return;
    }
    const matching = typesOfTopic(pattern).filter((type) => matchesTopic(pattern, type));
    for (const field of Object.keys(where ?? {}))
      if (!matching.some((type) => Object.hasOwn(events[type].data.shape, field)))
        fault(`${here}.where.${field}`, `is not in the data of ${matching.join(', ')}`);
  }

  function checkChild(step: StepOf<'child'>, here: string, by: Language): DataType {
    values(step.input, `${here}.input`, by);
    const inputs = step.template === definition.name ? undefined : inputsOf(step.template);
    if (!inputs) {
      fault(`${here}.template`, `there is no other published template "${step.template}"`);
    } else {
      for (const name of Object.keys(step.input))
        if (!Object.hasOwn(inputs, name))
          fault(`${here}.input.${name}`, `is not an input of ${step.template}`);
      for (const [name, { required }] of Object.entries(inputs))
        if (required && !Object.hasOwn(step.input, name))
          fault(`${here}.input`, `${step.template} needs ${name}`);
    }
    return { instanceId: 'string', state: 'string', output: 'dyn' };
  }

  return { faults, structure, language, steps, values };
}

function outputIn(visible: Types, id: string): DataType {
  const step = visible[id];
  return typeof step === 'object' ? (step.output ?? 'dyn') : 'dyn';
}

/** Whether a value contains no expression. */
function isLiteral(given: unknown): boolean {
  if (expressionOf(given) !== null) return false;
  if (typeof given === 'string') return !given.startsWith('==');
  if (typeof given !== 'object' || given === null) return true;
  return Object.values(given).every(isLiteral);
}
