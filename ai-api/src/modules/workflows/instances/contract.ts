import { z } from 'zod';
import { operation, resource } from '../../../contract/operation.ts';
import { id, listOf, page, prose, timestamp } from '../../../contract/schemas.ts';
import { INSTANCE_STATES, TASK_STATES, UNDO_STATES } from './states.ts';

const readers = ['admin', 'executive', 'ops', 'reviewer', 'readonly'] as const;
const operate = ['admin', 'executive', 'ops'] as const;
const instanceId = id.describe('The instance');
const json = z.record(z.string(), z.unknown());
const reason = prose(3, 500);
const n8nExecution = z.string().min(1).max(100).describe('Execution of n8n');

const failure = z.object({
  code: z.string(),
  message: z.string(),
  status: z.number().int().optional().describe('HTTP status of the operation'),
});

const instanceShape = {
  instanceId: id,
  template: z.string(),
  version: z.number().int(),
  runner: z.enum(['platform', 'n8n']),
  state: z.enum(INSTANCE_STATES),
  advice: z.string().nullable().describe('What a person can do now; null when nothing needs to be done'),
  input: json,
  output: json.nullable(),
  error: failure.extend({ path: z.string().optional().describe('The step that failed') }).nullable(),
  reference: z.string().nullable(),
  startedBy: z.string(),
  parentId: id.nullable(),
  createdAt: timestamp,
  endedAt: timestamp.nullable(),
  wakeAt: timestamp.nullable().describe('When it goes on by itself'),
};
const instanceView = z.object(instanceShape).meta({ id: 'WorkflowInstance' });

const taskView = z
  .object({
    path: z.string().describe('Such as invite, or each[3].invite for an item of a list'),
    step: z.string(),
    type: z.string(),
    state: z.enum(TASK_STATES),
    attempt: z.number().int(),
    input: z.unknown(),
    output: z.unknown(),
    error: failure.nullable(),
    waitsFor: z.string().nullable(),
    dueAt: timestamp.nullable(),
    startedAt: timestamp,
    endedAt: timestamp.nullable(),
  })
  .meta({ id: 'WorkflowTask' });

const undoView = z
  .object({
    path: z.string(),
    operation: z.string(),
    state: z.enum(UNDO_STATES),
    attempt: z.number().int(),
    input: json.nullable(),
    error: failure.nullable(),
    endedAt: timestamp.nullable(),
  })
  .meta({ id: 'WorkflowCompensation' });

const timelineEntry = z
  .object({
    at: timestamp,
    what: z.string(),
    path: z.string().nullable(),
    who: z.string().nullable(),
    detail: z.string().nullable(),
  })
  .meta({ id: 'WorkflowTimelineEntry' });

/** Whom an instance is about is in what it was given and what its steps answered. */
const reveals = { what: 'workflow', purpose: 'support', of: 'handler' } as const;

const state = instanceView;
const brief = ['instanceId', 'template', 'state', 'advice', 'output', 'error'] as const;
const change = { errors: ['NOT_FOUND', 'WORKFLOW_STATE'], simplified: brief } as const;

export const workflow = resource({
  id: 'workflow',
  name: 'Workflow',
  description: 'Instances of workflow templates: start, watch, pause, signal, cancel and repair them.',
  locate: { operation: 'list', id: 'instanceId', shown: ['template', 'state', 'createdAt'] },
  operations: {
    execute: operation({
      method: 'POST',
      path: '/api/v1/workflows/execute',
      summary: 'Start a workflow',
      description:
        'Its steps run with your rights, as they are when each step begins. Waits so many seconds for the end, then ' +
        'answers 202. Send an Idempotency-Key, or a reference, to start it once.',
      access: operate,
      feature: 'workflows',
      status: 200,
      also: { status: 202, when: ({ endedAt }) => endedAt === null },
      input: z.object({
        template: z.string().max(60).describe('Name of a published template'),
        input: json.default({}),
        reference: z
          .string()
          .min(1)
          .max(200)
          .optional()
          .describe('Your own id, unique for the template; the same again answers the first instance'),
        waitSeconds: z.number().int().min(0).max(45).default(0).describe('Maximum time to wait for the end'),
      }),
      output: instanceView,
      errors: ['NOT_FOUND', 'CONFLICT', 'WORKFLOW_INVALID'],
      hints: { template: { choices: { operation: 'workflowTemplate.list', value: 'name' } } },
      simplified: brief,
    }),
    list: operation({
      method: 'GET',
      path: '/api/v1/workflows',
      summary: 'List workflows, newest first',
      access: readers,
      reveals,
      list: true,
      input: z.object({
        state: z.enum(INSTANCE_STATES).optional(),
        template: z.string().max(60).optional(),
        reference: z.string().max(200).optional(),
        ...page,
      }),
      output: listOf(instanceView),
    }),
    count: operation({
      method: 'GET',
      path: '/api/v1/workflows/counts',
      summary: 'Count workflows by state',
      access: readers,
      input: z.object({ template: z.string().max(60).optional() }),
      output: z
        .object({ counts: z.array(z.object({ state: z.enum(INSTANCE_STATES), count: z.number().int() })) })
        .meta({ id: 'WorkflowCounts' }),
    }),
    get: operation({
      method: 'GET',
      path: '/api/v1/workflows/{instanceId}',
      summary: 'Get a workflow',
      access: readers,
      reveals,
      input: z.object({ instanceId }),
      output: state,
      errors: ['NOT_FOUND'],
      simplified: brief,
    }),
    complete: operation({
      method: 'GET',
      path: '/api/v1/workflows/{instanceId}/complete',
      summary: 'Get a workflow with everything that belongs to it',
      description:
        'Template version, steps, compensations, timeline, children and agent executions with their cost.',
      access: readers,
      reveals,
      input: z.object({ instanceId }),
      output: z
        .object({
          instance: instanceView,
          definition: json.describe('The template in the version of the instance'),
          tasks: z.array(taskView),
          compensations: z.array(undoView),
          timeline: z.array(timelineEntry),
          children: z.array(
            z.object({ instanceId: id, template: z.string(), state: z.enum(INSTANCE_STATES) }),
          ),
          executions: z.array(
            z.object({
              executionId: id,
              status: z.string(),
              model: z.string().nullable(),
              costMicros: z.number().int().nullable(),
            }),
          ),
          costMicros: z.number().int().describe('Of the agents'),
        })
        .meta({ id: 'CompleteWorkflow' }),
      errors: ['NOT_FOUND'],
    }),
    timeline: operation({
      method: 'GET',
      path: '/api/v1/workflows/{instanceId}/timeline',
      summary: 'Get what happened in a workflow, in order',
      access: readers,
      input: z.object({ instanceId }),
      output: z.object({ entries: z.array(timelineEntry) }).meta({ id: 'WorkflowTimeline' }),
      errors: ['NOT_FOUND'],
    }),
    pause: operation({
      method: 'POST',
      path: '/api/v1/workflows/{instanceId}/pause',
      summary: 'Pause a workflow',
      description: 'Steps that are running end; no further one begins.',
      access: operate,
      reveals,
      input: z.object({ instanceId }),
      output: state,
      ...change,
    }),
    resume: operation({
      method: 'POST',
      path: '/api/v1/workflows/{instanceId}/resume',
      summary: 'Resume a paused workflow',
      access: operate,
      reveals,
      input: z.object({ instanceId }),
      output: state,
      ...change,
    }),
    cancel: operation({
      method: 'POST',
      path: '/api/v1/workflows/{instanceId}/cancel',
      summary: 'Cancel a workflow',
      description:
        'With stop no further step begins, and what was done stays. With undo it is undone, in reverse order; that is ' +
        'refused after a step that has no way back.',
      access: operate,
      reveals,
      input: z.object({ instanceId, mode: z.enum(['stop', 'undo']), reason }),
      output: state,
      ...change,
      hints: { reason: { multiline: true } },
    }),
    signal: operation({
      method: 'POST',
      path: '/api/v1/workflows/{instanceId}/signal',
      summary: 'Send a signal to a workflow',
      description: 'A step that waits for it goes on; otherwise it is kept for the step that will.',
      access: operate,
      reveals,
      input: z.object({ instanceId, signal: z.string().min(1).max(100), payload: json.default({}) }),
      output: state,
      ...change,
    }),
    retry: operation({
      method: 'POST',
      path: '/api/v1/workflows/{instanceId}/retry',
      summary: 'Go on from a step that failed',
      description:
        'Of a failed or cancelled workflow: the step begins anew with all its attempts. Of an incomplete rollback: ' +
        'the compensations that failed are tried again.',
      access: operate,
      reveals,
      input: z.object({
        instanceId,
        path: z.string().max(300).optional().describe('Defaults to every step that failed'),
      }),
      output: state,
      ...change,
    }),
    resolve: operation({
      method: 'POST',
      path: '/api/v1/workflows/{instanceId}/resolve',
      summary: 'Report that the rest of a rollback was undone by hand',
      access: ['admin', 'executive'],
      reveals,
      input: z.object({ instanceId, reason: reason.describe('What was done by hand') }),
      output: state,
      ...change,
      hints: { reason: { multiline: true } },
    }),
    beginStep: operation({
      method: 'POST',
      path: '/api/v1/workflows/{instanceId}/steps/{step}/begin',
      summary: 'Begin a step that n8n carries out',
      description:
        'Before its node acts. Repeated by the same execution it answers the same: `run` is false when the step has ' +
        'ended already, and `output` is what it answered.',
      access: operate,
      input: z.object({ instanceId, step: z.string().max(60), executionId: n8nExecution }),
      output: z
        .object({
          run: z.boolean(),
          operation: z.string(),
          input: json.describe('What the step is to be carried out with'),
          idempotencyKey: z.string().describe('Send it with the operation: it is carried out once'),
          output: z.unknown(),
        })
        .meta({ id: 'WorkflowStepBegun' }),
      errors: ['NOT_FOUND', 'WORKFLOW_STATE'],
      hints: { executionId: { locator: false } },
    }),
    endStep: operation({
      method: 'POST',
      path: '/api/v1/workflows/{instanceId}/steps/{step}/end',
      summary: 'End a step that n8n carried out',
      access: operate,
      input: z.object({
        instanceId,
        step: z.string().max(60),
        executionId: n8nExecution,
        output: z.unknown().optional(),
        error: z.string().max(2000).optional().describe('Why it failed; the workflow is undone then'),
      }),
      output: state,
      ...change,
      hints: { executionId: { locator: false } },
    }),
    fail: operation({
      method: 'POST',
      path: '/api/v1/workflows/fail',
      summary: 'Report that an n8n execution failed',
      description: 'From the error workflow. What the steps of the execution did is undone.',
      access: operate,
      input: z.object({ executionId: n8nExecution, message: z.string().max(2000) }),
      output: z.object({ instances: z.array(id) }).meta({ id: 'FailedWorkflows' }),
      hints: { executionId: { locator: false } },
    }),
  },
});

/** What this module offers. */
export const contract = { workflow };
