import { z } from 'zod';
import { operation, resource } from '../../../../contract/operation.ts';
import { day } from '../../../../contract/schemas.ts';

const counted = (what: string) => z.array(z.object({ [what]: z.string(), count: z.number().int() }));

export const conversationCompliance = resource({
  id: 'conversationCompliance',
  name: 'Conversation Compliance',
  description: 'What was captured of conversations, redacted, exported and erased.',
  operations: {
    report: operation({
      method: 'GET',
      path: '/analytics/compliance',
      summary: 'Show what was captured, redacted, exported and erased',
      description: 'Private conversations are not in what was captured and redacted.',
      access: ['admin', 'executive'],
      feature: 'compliance.evidence',
      input: z.object({
        from: day.optional().describe('First day; defaults to 29 days before the last'),
        to: day.optional().describe('Last day; defaults to today'),
      }),
      output: z
        .object({
          from: day,
          to: day,
          captured: z.array(
            z.object({
              tool: z.string(),
              conversations: z.number().int(),
              messages: z.number().int(),
            }),
          ),
          redacted: counted('rule').describe('Secrets that were removed before storing, by kind'),
          exported: z.object({
            conversations: z.number().int().describe('As JSON or Markdown'),
            shares: z.number().int().describe('Links that show a conversation to anyone'),
            auditExports: z.number().int(),
            accessReports: z
              .number()
              .int()
              .describe('Reports of all that is held about a person, and others'),
          }),
          erased: counted('reason').describe('Conversations, by why they were removed'),
          erasures: z.number().int().describe('People who were erased'),
          retentionDays: z.number().int().nullable(),
          policies: counted('action').describe('Policies of repositories and paths that hold now'),
        })
        .meta({ id: 'ConversationComplianceReport' }),
    }),
  },
});
