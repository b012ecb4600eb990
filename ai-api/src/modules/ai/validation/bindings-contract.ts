import { z } from 'zod';
import { operation, resource } from '../../../contract/operation.ts';
import { id, listOf, page } from '../../../contract/schemas.ts';
import { action, approvers, bindingView, maxReasks, ruleSetName } from './schema.ts';

const readers = ['admin', 'executive', 'ops', 'reviewer', 'readonly'] as const;
const writers = ['admin', 'executive'] as const;

export const bindings = resource({
  id: 'validationBinding',
  name: 'Validation Binding',
  description: 'What is validated by itself: the answers of an agent, or those to questions about policies.',
  locate: { operation: 'list', id: 'bindingId', shown: ['ruleSet', 'target'] },
  operations: {
    create: operation({
      method: 'POST',
      path: '/validation-bindings',
      summary: 'Bind a rule set',
      description:
        'Every answer is judged by the published version of the rule set. Answers of the chat are sent while they ' +
        'are written, so that only noop and exception are possible there.',
      access: writers,
      status: 201,
      input: z.object({
        target: z.enum(['agent', 'chat']),
        agentId: id.optional().describe('The agent, with the target agent'),
        ruleSet: ruleSetName.describe('Name of the rule set'),
        action,
        field: z
          .string()
          .regex(/^[A-Za-z_][\w-]{0,99}$/, 'must be the name of a field')
          .optional()
          .describe("The field of the agent's output that is judged; the whole output as JSON when left out"),
        maxReasks,
        approvers,
      }),
      output: bindingView,
      errors: ['NOT_FOUND', 'CONFLICT'],
    }),
    list: operation({
      method: 'GET',
      path: '/validation-bindings',
      summary: 'List bindings',
      access: readers,
      list: true,
      input: z.object({ agentId: id.optional(), ...page }),
      output: listOf(bindingView),
    }),
    remove: operation({
      method: 'DELETE',
      path: '/validation-bindings/{bindingId}',
      summary: 'Remove a binding',
      access: writers,
      status: 204,
      input: z.object({ bindingId: id }),
      output: z.void(),
      errors: ['NOT_FOUND'],
    }),
  },
});
