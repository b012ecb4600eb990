import { z } from 'zod';
import { operation, resource } from '../../../../contract/operation.ts';
import { day } from '../../../../contract/schemas.ts';

const retention = z
  .object({
    days: z.number().int().nullable().describe('Null: conversations are kept until someone removes them'),
    finalBefore: day.nullable().describe('Figures of earlier days are final: what they were made of is gone'),
  })
  .meta({ id: 'ConversationRetention' });

export const conversationRetention = resource({
  id: 'conversationRetention',
  name: 'Conversation Retention',
  description: 'How long conversations are kept.',
  operations: {
    get: operation({
      method: 'GET',
      path: '/conversations/retention',
      summary: 'Show how long conversations are kept',
      access: ['admin', 'executive', 'ops'],
      input: z.object({}),
      output: retention,
    }),
    set: operation({
      method: 'PUT',
      path: '/conversations/retention',
      summary: 'Set how long conversations are kept',
      description:
        'Older ones are removed every night, or when it is asked for. A shorter period counts from the night after a ' +
        'dry run of it (`retention.dryRun`).',
      access: ['admin'],
      input: z.object({ days: z.number().int().min(1).max(36_500).nullable() }),
      output: retention,
    }),
    cleanUp: operation({
      method: 'POST',
      path: '/conversations/clean-up',
      summary: 'Remove conversations that are older than their retention',
      description:
        'In the background. Figures are brought up to date before, and stay. Without a retention nothing is removed.',
      access: ['admin', 'ops'],
      status: 202,
      input: z.object({}),
      output: z
        .object({
          days: z.number().int().nullable().describe('The period in force; null: for ever'),
          conversations: z.number().int().describe('To be removed'),
        })
        .meta({ id: 'ConversationCleanUp' }),
    }),
  },
});
