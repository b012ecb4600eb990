import { z } from 'zod';
import { operation, resource } from '../../../contract/operation.ts';
import { id, listOf, page, prose, timestamp } from '../../../contract/schemas.ts';

export const DECISION_STATUSES = ['pending', 'approved', 'declined', 'expired', 'cancelled'] as const;
export const CHOICES = ['approved', 'declined'] as const;
const MAX_APPROVERS = 20;

/** Text on one line, where it becomes a header of an e-mail. */
const line = (max: number) =>
  z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(max)
    .refine((value) => value.isWellFormed() && !/\p{Cc}/u.test(value), 'must not have control characters');

const addresses = z
  .array(z.email('must be e-mail addresses').max(320))
  .max(MAX_APPROVERS, `must be at most ${MAX_APPROVERS} addresses`);
const emails = z
  .union([addresses, z.string().transform(splitList).pipe(addresses)])
  .transform(withoutRepeats);

function splitList(text: string): string[] {
  return text
    .split(/[,;\s]+/)
    .map((address) => address.trim())
    .filter((address) => address !== '');
}

function withoutRepeats(list: string[]): string[] {
  return [...new Map(list.map((address) => [address.toLowerCase(), address])).values()];
}

const approver = z.object({
  email: z.string(),
  mails: z.number().int().describe('E-mails sent to them'),
  mailedAt: timestamp.nullable(),
  mailError: z.string().nullable().describe('Why the last e-mail was not sent'),
});

const decisionSchema = z
  .object({
    decisionId: id,
    title: z.string(),
    message: z.string().nullable(),
    details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    approveLabel: z.string(),
    declineLabel: z.string(),
    reasonRequired: z.boolean(),
    reference: z.string().nullable(),
    status: z.enum(DECISION_STATUSES),
    reason: z.string().nullable(),
    decidedAt: timestamp.nullable(),
    decidedBy: z
      .object({ via: z.enum(['link', 'api']), name: z.string() })
      .nullable()
      .describe('The address whose link was used, or the name of the API key or person'),
    callback: z.enum(['pending', 'delivered', 'failed']).nullable(),
    approvers: z.array(approver),
    requestedBy: z.string(),
    createdAt: timestamp,
    expiresAt: timestamp,
  })
  .meta({ id: 'Decision' });

const readers = ['admin', 'executive', 'ops', 'reviewer', 'readonly'] as const;
const operate = ['admin', 'executive', 'ops'] as const;
const decisionId = id.describe('The decision');
const brief = ['decisionId', 'title', 'status', 'reason', 'decidedAt', 'decidedBy', 'expiresAt'] as const;

export const decision = resource({
  id: 'decision',
  name: 'Decision',
  description: 'Questions that a person answers with yes or no, by a link in an e-mail or by the API.',
  locate: { operation: 'list', id: 'decisionId', shown: ['title', 'status'] },
  operations: {
    create: operation({
      method: 'POST',
      path: '/decisions',
      summary: 'Ask people for a decision',
      description:
        'Sends every approver a link of their own; the first answer counts. The same reference again answers ' +
        'the first decision. After expiresAt it can no longer be decided.',
      access: operate,
      status: 201,
      input: z.object({
        title: line(200).describe('The question, also the subject of the e-mail'),
        message: prose(0, 8000).optional().describe('What the approver needs to know'),
        details: z
          .record(line(100), z.union([prose(0, 1000), z.number(), z.boolean()]))
          .refine((value) => Object.keys(value).length <= 50, 'must have at most 50 entries')
          .optional()
          .describe('Facts shown as a table, by name'),
        approvers: emails.optional().describe('E-mail addresses, as a list or separated by commas'),
        notify: z
          .boolean()
          .default(true)
          .describe('Whether to send e-mails; without them, decide through the API'),
        approveLabel: line(40).default('Approve'),
        declineLabel: line(40).default('Decline'),
        reasonRequired: z.boolean().default(false).describe('A decision needs a reason'),
        expiresAt: timestamp.optional().describe('Defaults to three days from now; at most a year'),
        reference: line(300).optional().describe('Your own id for the question, unique in the company'),
        callbackUrl: z
          .url({ protocol: /^https?$/ })
          .max(2000)
          .optional()
          .describe('Receives a signed POST of decisionId and status once it is decided or expired'),
      }),
      output: decisionSchema
        .extend({
          created: z.boolean().describe('False when the reference was there already'),
          callbackSecret: z
            .string()
            .nullable()
            .describe(
              'Signs the callback by Standard Webhooks. Returned only once, here; null without a callback',
            ),
        })
        .meta({ id: 'NewDecision' }),
      errors: ['WEBHOOK_URL_REFUSED'],
      hints: {
        message: { multiline: true },
        approvers: { placeholder: 'ada@example.com, ben@example.com' },
      },
      simplified: ['decisionId', 'title', 'status', 'created', 'expiresAt'],
    }),
    list: operation({
      method: 'GET',
      path: '/decisions',
      summary: 'List decisions, newest first',
      access: readers,
      list: true,
      input: z.object({
        status: z.enum(DECISION_STATUSES).optional(),
        approver: z
          .string()
          .max(320)
          .optional()
          .describe('Only decisions that this e-mail address was asked for'),
        search: z.string().max(100).optional().describe('Part of the title'),
        ...page,
      }),
      output: listOf(decisionSchema),
    }),
    get: operation({
      method: 'GET',
      path: '/decisions/{decisionId}',
      summary: 'Get a decision',
      access: readers,
      input: z.object({ decisionId }),
      output: decisionSchema,
      errors: ['NOT_FOUND'],
      simplified: brief,
    }),
    decide: operation({
      method: 'POST',
      path: '/decisions/{decisionId}/decide',
      summary: 'Decide',
      description: 'The first decision counts; a later one, or one after expiresAt, answers CONFLICT.',
      access: ['admin', 'executive', 'reviewer'],
      input: z.object({ decisionId, choice: z.enum(CHOICES), reason: prose(0, 2000).optional() }),
      output: decisionSchema,
      errors: ['NOT_FOUND', 'CONFLICT'],
      hints: { reason: { multiline: true } },
      simplified: brief,
    }),
    remind: operation({
      method: 'POST',
      path: '/decisions/{decisionId}/remind',
      summary: 'Remind the approvers, or add others',
      description: 'Sends new links; earlier links keep working.',
      access: operate,
      input: z.object({
        decisionId,
        approvers: emails.optional().describe('Additional approvers, such as a manager'),
        onlyNew: z.boolean().default(false).describe('Skip approvers who were already asked'),
      }),
      output: decisionSchema,
      errors: ['NOT_FOUND', 'CONFLICT'],
      simplified: brief,
    }),
    cancel: operation({
      method: 'POST',
      path: '/decisions/{decisionId}/cancel',
      summary: 'Cancel a decision',
      description: 'The decision can no longer be made. There is no callback.',
      access: operate,
      input: z.object({ decisionId, reason: prose(0, 2000).optional() }),
      output: decisionSchema,
      errors: ['NOT_FOUND', 'CONFLICT'],
      simplified: brief,
    }),
  },
});

/** What this module offers. */
export const contract = { decision };
