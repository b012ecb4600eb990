import { PERSON } from './identity.ts';
import { type AnswerOf, type Step, step } from './step.ts';

const greet = {
  name: 'greet',
  title: 'Greet a builder',
  input: { who: { type: 'text' } },
  steps: [
    { id: 'me', type: 'operation', operation: 'identity.whoami' },
    { id: 'go', type: 'wait', signal: 'go' },
  ],
  output: { greeting: '="Hello " + input.who' },
};
const reported = {
  name: 'reported',
  title: 'Carried out by n8n',
  runner: 'n8n',
  steps: [{ id: 'me', type: 'operation', operation: 'identity.whoami' }],
};
const failing = {
  name: 'failing',
  title: 'Cannot be undone',
  steps: [
    {
      id: 'ask',
      type: 'operation',
      operation: 'decision.create',
      input: { title: 'Is this undone?', notify: false },
      compensate: {
        operation: 'decision.remind',
        input: { decisionId: '=output.decisionId', approvers: '="x"' },
      },
    },
    { id: 'end', type: 'fail', message: 'It fails here.' },
  ],
};

const named = (name: string) => (answerOf: AnswerOf) => ({
  instanceId: answerOf('workflow.execute', name).instanceId,
});
const comment = 'For the steps of the test';

/** Templates and their instances: in a state, through a signal, undone, and carried out by n8n. */
export const workflows: Step[] = [
  step('workflowTemplate.schema', {}, { check: (schema) => void Object.keys(schema) }),
  step('workflowTemplate.check', { definition: greet }, { matches: { valid: true, faults: [] } }),
  step(
    'workflowTemplate.evaluate',
    { values: { late: 'input.hours > 8.0' }, input: { hours: 9 } },
    {
      matches: { values: { late: true } },
    },
  ),
  step(
    'workflowTemplate.save',
    { definition: greet, expectedVersion: 0, comment },
    { matches: { version: 1 } },
  ),
  step('workflowTemplate.dryRun', { name: 'greet', input: { who: 'Ada' } }, { matches: { instances: 0 } }),
  step(
    'workflowTemplate.approve',
    { name: 'greet', version: 1, comment },
    {
      as: PERSON.executive,
      matches: { approvals: [{ comment }] },
    },
  ),
  step(
    'workflowTemplate.publish',
    { name: 'greet', version: 1, seen: 0 },
    { matches: { isPublished: true } },
  ),
  step('workflowTemplate.get', { name: 'greet' }, { matches: { version: 1, isPublished: true } }),
  step('workflowTemplate.listVersions', { name: 'greet' }, { matches: { items: [{ version: 1 }] } }),
  step('workflowTemplate.list', { archived: false }),
  step('workflowTemplate.exportN8n', { name: 'greet' }, { matches: { workflow: { active: false } } }),
  step('workflowTemplate.setSettings', { twoPersonRule: false }),
  step('workflowTemplate.getSettings', {}, { matches: { twoPersonRule: false } }),
  step(
    'workflow.execute',
    { template: 'greet', input: { who: 'Ada' }, reference: 'greet-1' },
    { name: 'greeted' },
  ),
  step('workflow.get', named('greeted'), { eventually: true, matches: { state: 'waiting' } }),
  step('workflow.pause', named('greeted'), { matches: { state: 'paused' } }),
  step('workflow.resume', named('greeted'), { matches: { state: 'running' } }),
  step('workflow.signal', (answerOf) => ({
    ...named('greeted')(answerOf),
    signal: 'go',
    payload: { why: 'now' },
  })),
  step('workflow.complete', named('greeted'), {
    eventually: true,
    matches: { instance: { state: 'completed', output: { greeting: 'Hello Ada' } } },
  }),
  step('workflow.timeline', named('greeted')),
  step('workflow.execute', { template: 'greet', input: { who: 'Ben' } }, { name: 'stopped' }),
  step('workflow.cancel', (answerOf) => ({
    ...named('stopped')(answerOf),
    mode: 'stop' as const,
    reason: 'It is not needed',
  })),
  step('workflow.list', { template: 'greet' }),
  step('workflow.count', {}),
  step('workflowTemplate.save', { definition: failing, expectedVersion: 0, comment }, { name: 'failing' }),
  step('workflowTemplate.publish', { name: 'failing', version: 1, seen: 0 }, { name: 'failing' }),
  step('workflow.execute', { template: 'failing' }, { name: 'failed' }),
  step('workflow.get', named('failed'), {
    name: 'incomplete',
    eventually: true,
    matches: { state: 'compensation_failed' },
  }),
  step('workflow.retry', named('failed'), { matches: { state: 'compensating' } }),
  step('workflow.get', named('failed'), {
    name: 'incomplete again',
    eventually: true,
    matches: { state: 'compensation_failed' },
  }),
  step('workflow.resolve', (answerOf) => ({ ...named('failed')(answerOf), reason: 'Cancelled by hand' }), {
    matches: { state: 'compensated' },
  }),
  step('workflowTemplate.save', { definition: reported, expectedVersion: 0, comment }, { name: 'reported' }),
  step('workflowTemplate.publish', { name: 'reported', version: 1, seen: 0 }, { name: 'reported' }),
  step('workflow.execute', { template: 'reported' }, { name: 'reported' }),
  step(
    'workflow.beginStep',
    (answerOf) => ({ ...named('reported')(answerOf), step: 'me', executionId: '7' }),
    {
      matches: { run: true, operation: 'identity.whoami' },
    },
  ),
  step(
    'workflow.endStep',
    (answerOf) => ({ ...named('reported')(answerOf), step: 'me', executionId: '7', output: { ok: true } }),
    { matches: { state: 'completed' } },
  ),
  step('workflow.fail', { executionId: '8', message: 'It was killed.' }, { matches: { instances: [] } }),
  step(
    'dashboard.get',
    { include: 'workflows,me' },
    {
      matches: {
        parts: [
          { name: 'workflows', status: 'ok' },
          { name: 'me', status: 'ok' },
        ],
      },
    },
  ),
  step('workflowTemplate.archive', { name: 'greet' }),
];
