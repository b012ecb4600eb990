import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { resources } from '../../../catalogue/index.ts';
import type { Operation } from '../../../contract/operation.ts';
import { checkDefinition } from './check.ts';
import { exportToN8n } from './n8n-export.ts';
import { readSource, type Source } from './source.ts';

const DEFAULTS = new URL('../../../../workflow-templates/', import.meta.url);
const operations = new Map<string, Operation>(
  Object.values(resources).flatMap(({ id, operations: all }) =>
    Object.entries(all as Record<string, Operation>).map(([key, op]) => [`${id}.${key}`, op] as const),
  ),
);
const find = (id: string) => operations.get(id);

function faults(source: Source) {
  const read = readSource(source);
  if (!read.definition) return read.faults;
  return checkDefinition(read.definition, { find, inputsOf: () => undefined }).map(read.locate);
}

const withStep = (step: object, input: object = {}) => ({
  name: 'one',
  title: 'One',
  input,
  steps: [{ id: 'builder', type: 'operation', operation: 'builder.get', input: { builderId: 'b-1' } }, step],
});

describe('a template that comes with the product', () => {
  const files = readdirSync(DEFAULTS);
  test.each(files)('%s is valid, and named after its file', (file) => {
    const source = readFileSync(new URL(file, DEFAULTS), 'utf8');
    expect(faults(source)).toEqual([]);
    expect(`${readSource(source).definition?.name}.yaml`).toBe(file);
  });

  test.each(files)('%s is exported to an n8n workflow whose nodes are connected', (file) => {
    const { definition } = readSource(readFileSync(new URL(file, DEFAULTS), 'utf8'));
    if (!definition) throw new Error('It is not valid');
    const { workflow } = exportToN8n(definition, 1, find);
    const nodes = workflow.nodes as { name: string; id: string; type: string }[];
    const names = nodes.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const connections = workflow.connections as Record<string, { main: { node: string }[][] }>;
    const targets = Object.values(connections).flatMap(({ main }) => main.flat().map(({ node }) => node));
    for (const name of [...targets, ...Object.keys(connections)]) expect(names).toContain(name);
    const starts = names.filter((name) => !targets.includes(name));
    expect(starts).toEqual(['Start by hand', 'Start from outside']);
    expect(exportToN8n(definition, 1, find)).toEqual(exportToN8n(definition, 1, find));
  });
});

test('a text that a person decides about is waited for in n8n, and goes on under the name of its step', () => {
  const { definition } = readSource({
    name: 'judged',
    title: 'Judged',
    input: { text: { type: 'text' }, lead: { type: 'text' } },
    steps: [
      {
        id: 'judge',
        type: 'validate',
        ruleSet: 'tone',
        text: '=input.text',
        action: 'human',
        approvers: '=input.lead',
      },
      {
        id: 'tell',
        type: 'notify',
        to: 'role:executive',
        subject: 'Judged',
        text: '=steps.judge.output.output',
      },
    ],
  });
  if (!definition) throw new Error('It is not valid');
  const { workflow, notes } = exportToN8n(definition, 1, find);
  const connections = workflow.connections as Record<string, { main: { node: string }[][] }>;
  const after = (name: string) => connections[name]?.main.map((ports) => ports.map(({ node }) => node));
  expect(after('judge: check')).toEqual([['judge: undecided']]);
  expect(after('judge: undecided')).toEqual([['judge: wait'], ['judge']]);
  expect(after('judge: wait')).toEqual([['judge: look']]);
  expect(after('judge: look')).toEqual([['judge: undecided']]);
  expect(after('judge')).toEqual([['judge: goes on']]);
  expect(after('judge: goes on')).toEqual([['tell'], ['judge: stop 1']]);
  expect(JSON.stringify(workflow)).toContain('[$(\\"Input\\").first().json.lead].flat()');
  expect(notes).toEqual(['n8n looks every 5 minutes whether these are decided: judge.']);
});

describe('a template is refused', () => {
  test.each([
    ['an unknown operation', { id: 'a', type: 'operation', operation: 'builder.gett' }, 'steps[1].operation'],
    [
      'a field that the operation does not have',
      { id: 'a', type: 'operation', operation: 'builder.get', input: { builderId: 'b-1', x: 1 } },
      'steps[1].input.x',
    ],
    ['a missing field', { id: 'a', type: 'operation', operation: 'builder.get' }, 'steps[1].input'],
    [
      'a value of another type',
      { id: 'a', type: 'operation', operation: 'builder.get', input: { builderId: '=1 + 1' } },
      'steps[1].input.builderId',
    ],
    [
      'an output that is not there',
      {
        id: 'a',
        type: 'operation',
        operation: 'builder.get',
        input: { builderId: '=steps.builder.output.nope' },
      },
      'steps[1].input.builderId',
    ],
    [
      'a field in a list of objects that is not there',
      {
        id: 'a',
        type: 'operation',
        operation: 'plan.checkIn',
        input: {
          planId: '0190a000-0000-7000-8000-000000000000',
          version: 1,
          note: 'It is needed for this test',
          progress: [{ goalId: 'one', titel: '=steps.builder.output.name', percent: 10 }],
        },
      },
      'steps[1].input.progress[0].titel',
    ],
    [
      'a literal that is not valid',
      {
        id: 'a',
        type: 'operation',
        operation: 'user.create',
        input: { email: 'no', name: 'N', roles: ['readonly'] },
      },
      'steps[1].input.email',
    ],
    [
      'a step that comes later',
      { id: 'a', type: 'validate', checks: [{ that: 'steps.b.output', message: 'm' }] },
      'steps[1].checks[0].that',
    ],
    [
      'a condition that is none',
      { id: 'a', type: 'operation', operation: 'identity.whoami', when: '"yes"' },
      'steps[1].when',
    ],
    [
      'two steps with one id',
      { id: 'builder', type: 'operation', operation: 'identity.whoami' },
      'steps[1].id',
    ],
    ['a topic without events', { id: 'a', type: 'wait', event: 'nothing.*' }, 'steps[1].event'],
    ['a wait for nothing', { id: 'a', type: 'wait' }, 'steps[1]'],
    ['a template that is not there', { id: 'a', type: 'child', template: 'other' }, 'steps[1].template'],
    [
      'an operation that hands out credentials',
      { id: 'a', type: 'operation', operation: 'apiKey.list' },
      'steps[1].operation',
    ],
    ...[
      'approval.override',
      'approval.bulk',
      'approval.confirm',
      'contest.decide',
      'evaluation.override',
      'evaluation.confirm',
      'plan.create',
      'plan.close',
      'stageGate.review',
      'stageGate.confirm',
    ].map((operation): [string, object, string] => [
      `the decision ${operation} about a person, whom no one looked at`,
      { id: 'a', type: 'operation', operation },
      'steps[1].operation',
    ]),
    [
      'a loop in a loop',
      { id: 'a', type: 'validate', checks: [{ that: '[1].all(x, [2].all(y, y == x))', message: 'm' }] },
      'steps[1].checks[0].that',
    ],
  ])('with %s', (_, step, path) => {
    expect(faults(withStep(step)).map((fault) => fault.path)).toContain(path);
  });

  test('with the line and the characters of an expression', () => {
    const yaml = [
      'name: one',
      'title: One',
      'input: { name: { type: text } }',
      'steps:',
      '  - id: a',
      '    type: operation',
      '    operation: builder.get',
      '    input:',
      '      builderId: =input.nam',
    ].join('\n');
    expect(faults(yaml)).toMatchObject([
      { path: 'steps[0].input.builderId', line: 9, column: 18, start: 6, end: 9 },
    ]);
  });

  test('with the line of text that is no YAML', () => {
    expect(faults('name: [one')).toMatchObject([{ line: 1 }]);
  });

  test.each([
    [{ id: 'a', type: 'notfy' }, 'steps[1].type', /^must be one of operation, agent, .*, fail$/],
    [{ id: 'a', type: 'notify', subject: 'A', text: 'B' }, 'steps[1].to', /^is required$/],
    [{ id: 'a', type: 'fail' }, 'steps[1].message', /^is required$/],
    [
      {
        id: 'a',
        type: 'operation',
        operation: 'user.create',
        input: { email: 'a@example.com', name: 'A', roles: ['reader'] },
      },
      'steps[1].input.roles',
      /^must be one of admin, /,
    ],
  ])('with the clause that follows the name of a field: %j', (step, path, message) => {
    expect(faults(withStep(step))).toEqual([
      expect.objectContaining({ path, message: expect.stringMatching(message) }),
    ]);
  });

  test('with an unknown field of a step, which is named', () => {
    const [fault] = faults(withStep({ id: 'a', type: 'validate', cheks: [] }));
    expect(fault?.path).toMatch(/^steps\[1\]/);
  });
});
