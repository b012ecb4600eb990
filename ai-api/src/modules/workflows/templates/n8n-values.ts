import type { Operation } from '../../../contract/operation.ts';
import type { Canvas, Port } from './n8n-canvas.ts';
import type { Definition, PlainStep, Step, StepOf } from './schema.ts';
import { expressionOf } from './values.ts';
import { eachStep } from './walk.ts';

const PATH = /^(?:input|steps\.[A-Za-z]\w*\.output)(?:\.[A-Za-z_]\w*)*$/;
const DAY_HOURS = 24;

export type N8nValues = ReturnType<typeof createN8nValues>;

/**
 * Writes the values of steps as n8n expressions. A plain path such as `steps.a.output.b` is one; every other expression
 * is evaluated by this API, in a node before the step, so that it means the same in both places.
 */
export function createN8nValues(
  definition: Definition,
  canvas: Canvas,
  find: (operation: string) => Operation | undefined,
) {
  const steps = new Map([...eachStep(definition.steps)].map(({ step }) => [step.id, step]));
  const mapOf = new Map<string, string>();
  for (const { step } of eachStep(definition.steps))
    if (step.type === 'map')
      for (const { step: inside } of eachStep(step.steps)) mapOf.set(inside.id, step.id);

  /** What a step answered, in n8n. */
  function outputOf(id: string): string {
    const step = steps.get(id);
    const name = JSON.stringify(id);
    if (step?.type === 'parallel') {
      const branches = Object.entries(step.branches).map(([branch, list]) => {
        const last = list.at(-1);
        return `${branch}: ${last ? outputIfAny(last.id) : 'null'}`;
      });
      return `{ ${branches.join(', ')} }`;
    }
    if (step?.type === 'branch' || step?.type === 'map') return 'null';
    if (step?.type === 'operation' && find(step.operation)?.list) return rowsOf(id);
    if (step?.type === 'validate') return validated(step, `$(${name}).first().json`);
    if (step?.type === 'human')
      return `{ ...$(${name}).first().json, approved: $(${name}).first().json.status === "approved" }`;
    return `$(${name}).first().json`;
  }

  /** The answer of a validation, with what steps of this platform say of it besides. */
  function validated({ ruleSet }: StepOf<'validate'>, json: string): string {
    if (ruleSet === undefined) return '{ valid: true, failures: [] }';
    const valid = `(${json}.effect === "changed" || ${json}.status === "passed")`;
    return `{ ...${json}, valid: ${valid}, failures: ${valid} ? [] : [${json}.feedback] }`;
  }

  /** The rows of a list; an empty one is an item without fields. */
  function rowsOf(id: string): string {
    const rows = `$(${JSON.stringify(id)}).all().map((item) => item.json)`;
    return `{ items: ${rows}.filter((row) => Object.keys(row).length > 0) }`;
  }

  /** The same where the step may not have been carried out; without a node of its own it cannot tell. */
  function outputIfAny(id: string): string {
    const step = steps.get(id);
    const hasNoNode =
      ['parallel', 'branch', 'map'].includes(step?.type ?? '') ||
      (step?.type === 'validate' && step.ruleSet === undefined);
    return hasNoNode ? outputOf(id) : `($(${JSON.stringify(id)}).isExecuted ? ${outputOf(id)} : null)`;
  }

  function pathOf(expression: string): string {
    const [, id] = /^steps\.(\w+)\.output/.exec(expression) ?? [];
    if (id === undefined) return `$("Input").first().json${expression.slice('input'.length)}`;
    return `(${outputOf(id)})${expression.slice(`steps.${id}.output`.length)}`;
  }

  const evaluated = new Map<string, Record<string, string>>();

  function needs(step: Step): Record<string, string> {
    const found: Record<string, string> = {};
    const look = (value: unknown, isExpression = false) => {
      const expression = isExpression ? String(value) : expressionOf(value);
      if (expression !== null) {
        if (!PATH.test(expression)) found[`v${Object.keys(found).length}`] = expression;
      } else if (typeof value === 'object' && value !== null)
        for (const inner of Object.values(value)) look(inner);
    };
    if (step.when !== undefined) look(step.when, true);
    if (step.type === 'branch') for (const { when } of step.cases) look(when, true);
    else if (step.type === 'map') look(step.over, true);
    else if (step.type !== 'parallel') look(valuesOf(step));
    if (step.type === 'validate') for (const { that } of step.checks) look(that, true);
    return found;
  }

  /** The n8n expression of a CEL expression of a step, without the braces. */
  function written(step: Step, expression: string): string {
    if (PATH.test(expression)) return pathOf(expression);
    const [key] = Object.entries(evaluated.get(step.id) ?? {}).find(([, one]) => one === expression) ?? [];
    return `$(${JSON.stringify(`${step.id}: values`)}).first().json.values.${key}`;
  }

  /** A value of a step as a parameter of a node. */
  function parameter(step: Step, value: unknown): unknown {
    const expression = expressionOf(value);
    if (expression !== null) return `={{ ${written(step, expression)} }}`;
    if (typeof value === 'string') return value.startsWith('=') ? `={{ ${literal(value.slice(1))} }}` : value;
    return typeof value === 'object' && value !== null ? `={{ ${inside(step, value)} }}` : value;
  }

  /** A value inside of an n8n expression. */
  function inside(step: Step, value: unknown): string {
    const expression = expressionOf(value);
    if (expression !== null) return written(step, expression);
    if (Array.isArray(value)) return `[${value.map((one) => inside(step, one)).join(', ')}]`;
    if (typeof value !== 'object' || value === null) return literal(value ?? null);
    const fields = Object.entries(value).map(
      ([name, one]) => `${JSON.stringify(name)}: ${inside(step, one)}`,
    );
    return `{ ${fields.join(', ')} }`;
  }

  function fields(step: Step, op: Operation | undefined, input: Record<string, unknown>) {
    const entries = Object.entries(input).map(([name, value]) => [name, parameter(step, value)] as const);
    const isRequired = (name: string) => op?.input.shape[name]?.safeParse(undefined).success === false;
    return {
      ...Object.fromEntries(entries.filter(([name]) => isRequired(name))),
      additionalFields: Object.fromEntries(entries.filter(([name]) => !isRequired(name))),
    };
  }

  return {
    /** Adds the node that evaluates what n8n cannot; answers where the step goes on. */
    prepare: (step: Step, from: Port[]): Port[] => {
      const values = needs(step);
      evaluated.set(step.id, values);
      if (Object.keys(values).length === 0) return from;
      const text = Object.values(values).join('\n');
      const used = [...new Set([...text.matchAll(/\bsteps\.(\w+)/g)].map(([, id]) => id as string))];
      const outputs = used.map((id) => `${id}: ${outputIfAny(id)}`);
      const map = mapOf.get(step.id);
      const each = JSON.stringify(`${map}: each`);
      const item = map ? { item: `={{ JSON.stringify($(${each}).item.json.item) }}` } : {};
      return canvas.addApi(
        `${step.id}: values`,
        'workflowTemplate',
        'evaluate',
        {
          values: JSON.stringify(values),
          additionalFields: {
            input: '={{ $("Input").first().json }}',
            outputs: `={{ { ${outputs.join(', ')} } }}`,
            ...item,
          },
        },
        from,
      );
    },

    whenOf: (step: Step) => written(step, step.when ?? 'true'),
    caseOf: (step: StepOf<'branch'>, index: number) => written(step, step.cases[index]?.when ?? 'false'),
    overOf: (step: StepOf<'map'>) => written(step, step.over),
    allOf: (step: StepOf<'validate'>) =>
      step.checks.map(({ that }) => `(${written(step, that)})`).join(' && '),
    rowsOf,
    ruleSet: (step: StepOf<'validate'>) => ({
      ruleSet: step.ruleSet ?? '',
      text: parameter(step, step.text ?? ''),
      additionalFields: {
        action: step.action,
        ...(step.request === undefined ? {} : { request: parameter(step, step.request) }),
        ...(step.about === undefined ? {} : { about: parameter(step, step.about) }),
        ...(step.approvers === undefined
          ? {}
          : { approvers: `={{ [${inside(step, step.approvers)}].flat().filter((one) => one) }}` }),
      },
    }),
    message: (step: StepOf<'fail'>) => String(parameter(step, step.message)),

    operation: (step: StepOf<'operation'>) => {
      const op = find(step.operation);
      return { ...fields(step, op, step.input), ...(op?.list ? { returnAll: true } : {}) };
    },

    agent: (step: StepOf<'agent'>) => ({
      agentId: parameter(step, step.agent),
      input: parameter(step, step.input),
      additionalFields: { waitSeconds: 45 },
    }),

    child: (step: StepOf<'child'>) => ({
      template: step.template,
      additionalFields: { input: `={{ ${inside(step, step.input)} }}`, waitSeconds: 45 },
    }),

    notification: (step: StepOf<'notify'>) => ({
      to: parameter(step, step.to),
      additionalFields: {
        template: step.template ?? 'message',
        data: `={{ ${inside(step, step.data ?? { title: step.subject, body: step.text })} }}`,
      },
    }),

    wait: (step: StepOf<'wait'>) => {
      if (step.until !== undefined) return { resume: 'specificTime', dateTime: parameter(step, step.until) };
      if (step.seconds !== undefined)
        return { resume: 'timeInterval', unit: 'seconds', amount: parameter(step, step.seconds) };
      return { resume: 'timeInterval', unit: 'hours', amount: DAY_HOURS };
    },

    approval: (step: StepOf<'human'>) => ({
      title: parameter(step, step.question),
      approvers: step.approvers === undefined ? '' : parameter(step, step.approvers),
      message: step.message === undefined ? '' : parameter(step, step.message),
      details: {
        facts: Object.entries(step.details ?? {}).map(([name, value]) => ({
          name,
          value: parameter(step, value),
        })),
      },
      waitAmount: step.expiresInHours,
      waitUnit: 'hours',
      options: step.reasonRequired ? { reasonRequired: true } : {},
    }),
  };
}

/** A literal inside of an n8n expression, which two closing braces would end. */
function literal(value: unknown): string {
  return JSON.stringify(value).replaceAll('}}', '}\\u007d');
}

/** Everything of a step that may hold expressions marked by `=`. */
function valuesOf(step: PlainStep): unknown {
  switch (step.type) {
    case 'operation':
    case 'child':
      return step.input;
    case 'agent':
      return [step.agent, step.input];
    case 'validate':
      return [step.text, step.request, step.about, step.approvers];
    case 'notify':
      return [step.to, step.subject, step.text, step.data];
    case 'human':
      return [step.question, step.message, step.details, step.approvers];
    case 'wait':
      return [step.seconds, step.until];
    case 'fail':
      return step.message;
    default:
      return null;
  }
}
