import { z } from 'zod';
import { operation, resource } from '../../../contract/operation.ts';
import { timestamp } from '../../../contract/schemas.ts';

/** What a check finds: `unused` is not configured, which is no fault. */
export const CONNECTION_STATES = ['ok', 'warning', 'fault', 'unused'] as const;

const checked = z
  .object({
    name: z.string().describe('What is connected, such as database or model openai:gpt-4.1-mini'),
    state: z.enum(CONNECTION_STATES).describe('warning: it works with a limitation. unused: not configured'),
    detail: z.string().describe('What was found'),
    cure: z.string().nullable().describe('What to do; null when nothing has to be done'),
    durationMs: z.number().int().describe('How long the check took, in milliseconds'),
  })
  .meta({ id: 'Connection' });

export const connection = resource({
  id: 'connection',
  name: 'Connection',
  description: 'Whether everything that the installation uses answers.',
  operations: {
    check: operation({
      method: 'POST',
      path: '/connections/check',
      summary: 'Check every connection',
      description:
        'Checks from the process that answers: asks each model one short question, stores and deletes a small object, ' +
        'connects to the mail server, and sends Langfuse one trace and reads it back. Takes up to 30 seconds.',
      access: ['admin', 'ops'],
      repeatable: true,
      input: z.object({}),
      output: z.object({
        status: z.enum(['ok', 'fault']).describe('fault: at least one connection has a fault'),
        checkedAt: timestamp.describe("By the API's clock"),
        items: z.array(checked),
      }),
      simplified: ['status', 'items'],
    }),
  },
});
