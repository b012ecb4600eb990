import { createHash } from 'node:crypto';
import type { Operation } from '../../../contract/operation.ts';
import { createCanvas, type Port } from './n8n-canvas.ts';
import { createN8nValues } from './n8n-values.ts';
import type { Definition, PlainStep, Step, StepOf } from './schema.ts';
import { eachStep } from './walk.ts';

export interface N8nExport {
  workflow: Record<string, unknown>;
  notes: string[];
}

/** n8n hears of no decision of ours, and looks so often. */
const LOOK_MINUTES = 5;

type Find = (operation: string) => Operation | undefined;

/**
 * A template as an n8n workflow of our nodes. What runs one after the other there, does so here; what only this API can
 * do (compensation, waiting for an event) is listed in the notes.
 */
export function exportToN8n(definition: Definition, version: number, find: Find): N8nExport {
  const canvas = createCanvas(definition.name);
  const notes = notesFor(definition);
  const values = createN8nValues(definition, canvas, find);

  const start = (): Port[] => {
    const manual = canvas.add('Start by hand', 'n8n-nodes-base.manualTrigger', 1, {}, []);
    const hook = canvas.add(
      'Start from outside',
      'n8n-nodes-base.webhook',
      2,
      {
        httpMethod: 'POST',
        path: `template-${definition.name}`,
        authentication: 'headerAuth',
        responseMode: 'onReceived',
        options: {},
      },
      [],
      { credentials: { httpHeaderAuth: { id: null, name: 'Start workflows from outside' } } },
    );
    const examples = Object.fromEntries(
      Object.entries(definition.input).map(([name, { example }]) => [name, example ?? null]),
    );
    const jsonOutput = `={{ $json.body?.input ?? ${JSON.stringify(examples).replaceAll('}}', '} }')} }}`;
    const input = canvas.add('Input', 'n8n-nodes-base.set', 3.4, { mode: 'raw', jsonOutput, options: {} }, [
      ...manual,
      ...hook,
    ]);
    if (definition.runner === 'platform') return input;
    return canvas.addApi(
      'Register',
      'workflow',
      'execute',
      {
        template: definition.name,
        additionalFields: {
          input: "={{ $('Input').first().json }}",
          reference: '={{ "n8n:" + $execution.id }}',
        },
      },
      input,
    );
  };

  function list(steps: readonly Step[], from: Port[]): Port[] {
    return steps.reduce<Port[]>((ports, step) => one(step, ports), from);
  }

  function one(step: Step, from: Port[]): Port[] {
    const prepared = values.prepare(step, from);
    if (step.when === undefined) return carriedOut(step, prepared);
    const [yes, no] = canvas.addIf(`${step.id}: only if`, values.whenOf(step), prepared);
    return [...carriedOut(step, [yes]), no];
  }

  function carriedOut(step: Step, from: Port[]): Port[] {
    switch (step.type) {
      case 'branch':
        return branch(step, from);
      case 'parallel':
        return parallel(step, from);
      case 'map':
        return map(step, from);
      default:
        return plain(step, from);
    }
  }

  function branch(step: StepOf<'branch'>, from: Port[]): Port[] {
    let open = from;
    const ends: Port[] = [];
    for (const [index, { steps }] of step.cases.entries()) {
      const [yes, no] = canvas.addIf(`${step.id}: case ${index + 1}`, values.caseOf(step, index), open);
      ends.push(...list(steps, [yes]));
      open = [no];
    }
    return [...ends, ...list(step.otherwise, open)];
  }

  /** Every branch starts from the same place; they meet in a Merge node. */
  function parallel(step: StepOf<'parallel'>, from: Port[]): Port[] {
    const branches = Object.values(step.branches).map((steps) => list(steps, from));
    const merged = canvas.add(
      `${step.id}: join`,
      'n8n-nodes-base.merge',
      3.2,
      { mode: 'append', numberInputs: Math.max(2, branches.length), options: {} },
      [],
    );
    for (const [index, ends] of branches.entries()) canvas.connect(ends, merged, index);
    return canvas.add(`${step.id}: once`, 'n8n-nodes-base.limit', 1, { maxItems: 1 }, merged);
  }

  /** One item after the other, through Loop Over Items. */
  function map(step: StepOf<'map'>, from: Port[]): Port[] {
    const items = canvas.add(
      `${step.id}: items`,
      'n8n-nodes-base.splitOut',
      1,
      { fieldToSplitOut: 'over', options: { destinationFieldName: 'item' } },
      canvas.add(
        `${step.id}: list`,
        'n8n-nodes-base.set',
        3.4,
        { mode: 'raw', jsonOutput: `={{ { over: ${values.overOf(step)} } }}`, options: {} },
        from,
      ),
    );
    const loop = canvas.add(
      `${step.id}: each`,
      'n8n-nodes-base.splitInBatches',
      3,
      { batchSize: 1, options: {} },
      items,
    );
    const [done] = loop;
    const body = list(step.steps, [{ node: done?.node ?? '', output: 1 }]);
    canvas.connect(body, loop, 0);
    return canvas.add(`${step.id}: once`, 'n8n-nodes-base.limit', 1, { maxItems: 1 }, loop);
  }

  function plain(step: PlainStep, from: Port[]): Port[] {
    switch (step.type) {
      case 'operation':
        return operation(step, from);
      case 'agent':
        return canvas.addApi(step.id, 'agent', 'execute', values.agent(step), from);
      case 'validate':
        return validate(step, from);
      case 'notify':
        return canvas.addApi(step.id, 'notification', 'notify', values.notification(step), from, {
          ...(step.onError === 'continue' ? { onError: 'continueRegularOutput' } : {}),
        });
      case 'wait':
        return canvas.add(step.id, 'n8n-nodes-base.wait', 1.1, values.wait(step), from);
      case 'human':
        return human(step, from);
      case 'child':
        return canvas.addApi(step.id, 'workflow', 'execute', values.child(step), from);
      case 'fail':
        stop(step, values.message(step), from);
        return [];
    }
  }

  function validate(step: StepOf<'validate'>, from: Port[]): Port[] {
    let ports = from;
    if (step.checks.length > 0) {
      const [yes, no] = canvas.addIf(`${step.id}: valid`, values.allOf(step), from);
      stop(step, step.checks.map(({ message }) => message).join(' '), [no]);
      ports = [yes];
    }
    if (step.ruleSet === undefined) return ports;
    const [use, refuse] = canvas.addIf(
      `${step.id}: goes on`,
      "$json.effect !== 'refused'",
      step.action === 'human' ? decided(step, ports) : judged(step, step.id, ports),
    );
    stop(step, `The text does not pass ${step.ruleSet}.`, [refuse], 1);
    return [use];
  }

  function judged(step: StepOf<'validate'>, name: string, from: Port[]): Port[] {
    return canvas.addApi(name, 'validation', 'check', values.ruleSet(step), from);
  }

  /** What a person has to decide is looked at again and again until it is decided, or its time is over. */
  function decided(step: StepOf<'validate'>, from: Port[]): Port[] {
    const check = `${step.id}: check`;
    const name = `${step.id}: undecided`;
    const [waits, done] = canvas.addIf(name, "$json.effect === 'waiting'", judged(step, check, from));
    const resultId = byId(`={{ $(${JSON.stringify(check)}).first().json.resultId }}`);
    const pause = canvas.add(
      `${step.id}: wait`,
      'n8n-nodes-base.wait',
      1.1,
      { resume: 'timeInterval', unit: 'minutes', amount: LOOK_MINUTES },
      [waits],
    );
    const looked = canvas.addApi(`${step.id}: look`, 'validation', 'get', { resultId }, pause);
    canvas.connect(looked, [{ node: name, output: 0 }], 0);
    return canvas.add(step.id, 'n8n-nodes-base.noOp', 1, {}, [done]);
  }

  function operation(step: StepOf<'operation'>, from: Port[]): Port[] {
    const [resource = '', key = ''] = step.operation.split('.');
    const parameters = values.operation(step);
    const isList = find(step.operation)?.list === true;
    const always = isList ? { alwaysOutputData: true } : {};
    if (definition.runner === 'platform') {
      const more = step.onError === 'continue' ? { onError: 'continueRegularOutput' } : {};
      const acted = canvas.addApi(step.id, resource, key, parameters, from, { ...always, ...more });
      return isList ? gathered(step, acted) : acted;
    }
    const instanceId = byId("={{ $('Register').first().json.instanceId }}");
    const report = { instanceId, step: step.id, executionId: '={{ $execution.id }}' };
    const begun = canvas.addApi(`${step.id}: begin`, 'workflow', 'beginStep', report, from);
    const [run, known] = canvas.addIf(`${step.id}: not yet`, '$json.run', begun);
    const goesOn = step.onError === 'continue';
    const acted = canvas.addApi(
      step.id,
      resource,
      key,
      {
        ...parameters,
        options: { idempotencyKey: `={{ $("${step.id}: begin").first().json.idempotencyKey }}` },
      },
      [run],
      { ...always, ...(goesOn ? { onError: 'continueErrorOutput' } : {}) },
    );
    const end = (name: string, additionalFields: object, behind: Port[]) =>
      canvas.addApi(`${step.id}: ${name}`, 'workflow', 'endStep', { ...report, additionalFields }, behind);
    const ended = end('end', { output: '={{ $json }}' }, isList ? gathered(step, acted) : acted);
    const failed = goesOn
      ? end('failed', { error: '={{ $json.error }}' }, [{ node: step.id, output: 1 }])
      : [];
    return [...ended, ...failed, known];
  }

  /** One item for all rows of a list, also for none: the next step is carried out once. */
  function gathered(step: Step, rows: Port[]): Port[] {
    const jsonOutput = `={{ ${values.rowsOf(step.id)} }}`;
    const more = { executeOnce: true };
    return canvas.add(
      `${step.id}: rows`,
      'n8n-nodes-base.set',
      3.4,
      { mode: 'raw', jsonOutput, options: {} },
      rows,
      more,
    );
  }

  function human(step: StepOf<'human'>, from: Port[]): Port[] {
    const [asked] = canvas.add(
      step.id,
      'n8n-nodes-ai-manager.aiManagerApproval',
      1,
      values.approval(step),
      from,
      { credentials: API_CREDENTIAL },
    );
    const output = (index: number): Port => ({ node: asked?.node ?? '', output: index });
    const goesOn = [output(1)];
    for (const [index, what] of [
      [0, step.onExpiry],
      [2, step.onDecline],
    ] as const) {
      if (what === 'continue') goesOn.push(output(index));
      else
        stop(step, index === 0 ? 'It was not decided in time.' : 'It was declined.', [output(index)], index);
    }
    return goesOn;
  }

  function stop(step: Step, errorMessage: string, from: Port[], index = 0): void {
    const name = `${step.id}: stop${index === 0 ? '' : ` ${index}`}`;
    canvas.add(name, 'n8n-nodes-base.stopAndError', 1, { errorMessage }, from);
  }

  list(definition.steps, start());
  return {
    workflow: {
      id: createHash('sha256').update(`template ${definition.name}`).digest('hex').slice(0, 16),
      name: `${definition.title} (template ${definition.name}, version ${version})`,
      active: false,
      settings: {
        executionOrder: 'v1',
        ...(definition.runner === 'n8n' ? { errorWorkflow: 'report-errors' } : {}),
      },
      ...canvas.drawn(),
    },
    notes,
  };
}

/** What a field that picks a row is set to by an expression. */
function byId(value: string) {
  return { __rl: true, mode: 'id', value };
}

export const API_CREDENTIAL = { aiManagerApi: { id: null, name: 'AI Manager API' } };

function notesFor({ steps, runner }: Definition): string[] {
  const all = [...eachStep(steps)].map(({ step }) => step);
  const has = (what: (step: Step) => boolean) => all.filter(what).map(({ id }) => id);
  const undone = has((step) => 'compensate' in step && step.compensate !== undefined);
  const events = has(
    (step) => step.type === 'wait' && (step.event !== undefined || step.signal !== undefined),
  );
  const composed = has(({ type }) => type === 'branch' || type === 'map');
  const undecided = has((step) => step.type === 'validate' && step.action === 'human');
  const joins = has((step) => step.type === 'parallel' && step.join !== 'all');
  return [
    ...(undone.length > 0 && runner === 'platform'
      ? [`n8n undoes nothing: ${undone.join(', ')} would be undone by this platform.`]
      : []),
    ...(events.length > 0 ? [`n8n waits a day in place of the event or signal: ${events.join(', ')}.`] : []),
    ...(composed.length > 0 ? [`n8n does not pass on what these answer: ${composed.join(', ')}.`] : []),
    ...(undecided.length > 0
      ? [`n8n looks every ${LOOK_MINUTES} minutes whether these are decided: ${undecided.join(', ')}.`]
      : []),
    ...(joins.length > 0 ? [`n8n waits for every branch: ${joins.join(', ')}.`] : []),
  ];
}
