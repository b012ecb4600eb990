import { z } from 'zod';
import { operation, resource } from '../../../../contract/operation.ts';
import { id, listOf, page, timestamp } from '../../../../contract/schemas.ts';

const gap = z
  .object({
    gapId: id,
    topic: z.string().describe('Words that the questions have in common'),
    shared: z.string().nullable().describe('The error or file that most of them name'),
    people: z.number().int().describe('At least three'),
    conversations: z.number().int(),
    firstAsked: timestamp,
    lastAsked: timestamp,
    examples: z
      .array(z.object({ conversationId: id, title: z.string(), askedAt: timestamp }))
      .describe('Those closest to the topic, of what the company may see'),
  })
  .meta({ id: 'KnowledgeGap' });

export const knowledgeGap = resource({
  id: 'knowledgeGap',
  name: 'Knowledge Gap',
  description: 'What several people ask their assistants about: where documentation or training would help.',
  operations: {
    list: operation({
      method: 'GET',
      path: '/analytics/knowledge-gaps',
      summary: 'List what several people ask about, most people first',
      description:
        'First questions of the last 90 days that are alike, by at least three people. Private conversations are left ' +
        'out, and no person is named.',
      access: ['admin', 'executive', 'ops', 'reviewer', 'readonly'],
      feature: 'analytics.team',
      list: true,
      input: z.object({ ...page }),
      output: listOf(gap),
    }),
    find: operation({
      method: 'POST',
      path: '/analytics/knowledge-gaps/find',
      summary: 'Look for knowledge gaps again',
      description: 'As each night.',
      access: ['admin', 'ops'],
      feature: 'analytics.team',
      input: z.object({}),
      output: z.object({ gaps: z.number().int() }).meta({ id: 'KnowledgeGapsFound' }),
    }),
  },
});
