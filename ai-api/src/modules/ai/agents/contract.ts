import { z } from 'zod';
import { operation, resource } from '../../../contract/operation.ts';
import { flag, id, listOf, MAX_INTEGER, page } from '../../../contract/schemas.ts';
import {
  agentView,
  contextView,
  definition,
  EXECUTION_STATES,
  executionView,
  MAX_INPUT_LENGTH,
  versionView,
} from './schema.ts';

const watch = ['admin', 'executive', 'ops', 'reviewer', 'readonly'] as const;
const steer = ['admin', 'executive'] as const;
const operate = ['admin', 'executive', 'ops'] as const;
const agentId = id.describe('The agent');
const { shape } = definition;
const hints = { instructions: { multiline: true }, purpose: { multiline: true } } as const;

export const agent = resource({
  id: 'agent',
  name: 'Agent',
  description: 'Models with a purpose, instructions, a form for their answers, and limits.',
  locate: { operation: 'list', id: 'agentId', shown: ['name', 'purpose'] },
  operations: {
    create: operation({
      method: 'POST',
      path: '/agents',
      summary: 'Create an agent',
      description: 'Give it instructions, or the name of a versioned prompt.',
      access: steer,
      feature: 'agents',
      status: 201,
      input: z.object({
        name: shape.name,
        purpose: shape.purpose,
        instructions: shape.instructions.default(null),
        promptName: shape.promptName.default(null),
        promptLabel: shape.promptLabel.default('production'),
        outputSchema: shape.outputSchema.default(null),
        providers: shape.providers.default([]),
        maxInputTokens: shape.maxInputTokens.default(16_000),
        maxOutputTokens: shape.maxOutputTokens,
        timeoutSeconds: shape.timeoutSeconds.default(60),
        dailyCostMicros: shape.dailyCostMicros.default(null),
        contextMessages: shape.contextMessages.default(20),
        contextHours: shape.contextHours.default(168),
      }),
      output: agentView,
      errors: ['CONFLICT'],
      hints,
      simplified: ['agentId', 'name', 'version'],
    }),
    list: operation({
      method: 'GET',
      path: '/agents',
      summary: 'List agents',
      access: watch,
      list: true,
      input: z.object({ archived: flag.default(false).describe('Archived ones instead'), ...page }),
      output: listOf(agentView),
    }),
    get: operation({
      method: 'GET',
      path: '/agents/{agentId}',
      summary: 'Get an agent',
      access: watch,
      input: z.object({ agentId }),
      output: agentView,
      errors: ['NOT_FOUND'],
    }),
    update: operation({
      method: 'PATCH',
      path: '/agents/{agentId}',
      summary: 'Change an agent',
      description:
        'Creates a new version; omitted fields are not changed. Executions that were already requested keep their version.',
      access: steer,
      feature: 'agents',
      input: z.object({
        agentId,
        version: z
          .number()
          .int()
          .min(1)
          .max(MAX_INTEGER)
          .describe('The version you saw; a newer one answers CONFLICT'),
        ...definition.partial().shape,
        maxOutputTokens: shape.maxOutputTokens.unwrap().optional(),
      }),
      output: agentView,
      errors: ['NOT_FOUND', 'CONFLICT'],
      hints,
      simplified: ['agentId', 'name', 'version'],
    }),
    archive: operation({
      method: 'DELETE',
      path: '/agents/{agentId}',
      summary: 'Archive an agent',
      description: 'It accepts no new executions; existing ones are kept.',
      access: steer,
      status: 204,
      input: z.object({ agentId }),
      output: z.void(),
      errors: ['NOT_FOUND'],
    }),
    listVersions: operation({
      method: 'GET',
      path: '/agents/{agentId}/versions',
      summary: 'List versions of an agent, newest first',
      access: watch,
      list: true,
      input: z.object({ agentId, ...page }),
      output: listOf(versionView),
      errors: ['NOT_FOUND'],
    }),
    execute: operation({
      method: 'POST',
      path: '/agents/{agentId}/execute',
      summary: 'Execute an agent',
      description:
        'Waits for the answer for so many seconds, then answers 202 with an execution to ask for later. With ' +
        '`waitSeconds` 0 it answers 202 at once. The input is data to the model, never an instruction.',
      access: operate,
      feature: 'agents',
      also: { status: 202, when: ({ status }) => status === 'queued' || status === 'running' },
      input: z.object({
        agentId,
        input: z.string().trim().min(1).max(MAX_INPUT_LENGTH).describe('The input to work on'),
        contextId: id.optional().describe('The conversation to continue'),
        startContext: flag.default(false).describe('Start a conversation; its contextId is returned'),
        waitSeconds: z
          .number()
          .int()
          .min(0)
          .max(45)
          .default(20)
          .describe('Maximum time to wait for the answer'),
      }),
      output: executionView,
      errors: ['NOT_FOUND', 'CONFLICT', 'MODEL_NEEDED', 'AGENT_BUDGET_SPENT'],
      hints: { input: { multiline: true } },
      simplified: ['executionId', 'status', 'output', 'failure', 'contextId'],
    }),
  },
});

export const execution = resource({
  id: 'execution',
  name: 'Agent Execution',
  description: 'Requests to agents, their answers and their cost.',
  locate: { operation: 'list', id: 'executionId', shown: ['status', 'createdAt'] },
  operations: {
    list: operation({
      method: 'GET',
      path: '/executions',
      summary: 'List executions of agents, newest first',
      access: watch,
      list: true,
      input: z.object({
        agentId: id.optional(),
        status: z.enum(EXECUTION_STATES).optional(),
        contextId: id.optional(),
        ...page,
      }),
      output: listOf(executionView),
    }),
    get: operation({
      method: 'GET',
      path: '/executions/{executionId}',
      summary: 'Get an execution of an agent',
      access: watch,
      input: z.object({ executionId: id }),
      output: executionView,
      errors: ['NOT_FOUND'],
      simplified: ['executionId', 'status', 'output', 'failure', 'contextId'],
    }),
    cancel: operation({
      method: 'POST',
      path: '/executions/{executionId}/cancel',
      summary: 'Cancel an execution of an agent',
      description: 'An execution that has ended is not changed; the response is CONFLICT.',
      access: operate,
      input: z.object({ executionId: id }),
      output: executionView,
      errors: ['NOT_FOUND', 'CONFLICT'],
    }),
    getContext: operation({
      method: 'GET',
      path: '/agent-contexts/{contextId}',
      summary: 'Get a conversation with an agent',
      access: operate,
      input: z.object({ contextId: id }),
      output: contextView,
      errors: ['NOT_FOUND'],
    }),
    deleteContext: operation({
      method: 'DELETE',
      path: '/agent-contexts/{contextId}',
      summary: 'Delete a conversation with an agent',
      access: operate,
      status: 204,
      input: z.object({ contextId: id }),
      output: z.void(),
      errors: ['NOT_FOUND'],
    }),
  },
});

/** What this module offers. */
export const contract = { agent, execution };
