import { z } from 'zod';
import { operation, resource } from '../../../../contract/operation.ts';
import { flag, id, listOf, page, timestamp } from '../../../../contract/schemas.ts';
import { templateName } from '../templates/schema.ts';
import { CATEGORIES, CHANNELS, STATES } from '../vocabulary.ts';

const delivery = z.object({
  deliveryId: id,
  channel: z.enum(CHANNELS),
  address: z.string(),
  state: z
    .enum(STATES)
    .describe(
      'sent: the provider took it; delivered: the provider reported that it arrived; unknown: the answer was lost',
    ),
  attempts: z.number().int(),
  notBefore: timestamp.nullable().describe('When it is sent, after quiet hours or before a retry'),
  errorCode: z.string().nullable(),
  error: z.string().nullable(),
  sentAt: timestamp.nullable(),
  endedAt: timestamp.nullable(),
});

const attempt = z.object({
  at: timestamp,
  durationMs: z.number().int(),
  outcome: z.enum(['sent', 'refused', 'failed', 'unknown']),
  code: z.string().nullable(),
  message: z.string().nullable(),
});

const view = z
  .object({
    notificationId: id,
    recipient: z.string().describe('Whom it is for: user:<id>, email:<address> or phone:<number>'),
    name: z.string(),
    template: z.string(),
    version: z.number().int().nullable().describe("Of the company's template; null for the default"),
    category: z.enum(CATEGORIES),
    critical: z.boolean(),
    title: z.string(),
    source: z.string().nullable(),
    createdBy: z.string(),
    createdAt: timestamp,
    deliveries: z.array(delivery),
  })
  .meta({ id: 'Notification' });

const sent = z.object({
  notificationId: id,
  recipient: z.string(),
  repeated: z
    .boolean()
    .describe('The same content was sent with this dedupe key before; nothing was sent now'),
  channels: z.array(z.object({ channel: z.enum(CHANNELS), state: z.enum(STATES) })),
});

/** Entries of `to`: a list, or a text with commas, which is easier to fill in in a form. */
const entries = z.array(z.string().trim().min(1).max(320)).min(1).max(500);
const to = z
  .union([entries, z.string().max(20_000).transform(splitList).pipe(entries)])
  .describe(
    'executives (the administrators, where there are none), user:<id>, role:reviewer, builder:b-001, an e-mail address, or a phone number such as +4740000000; several as a list or separated by commas',
  );

function splitList(text: string): string[] {
  return text
    .split(/[,;\n]+/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

const readers = ['admin', 'executive', 'ops'] as const;

export const notification = resource({
  id: 'notification',
  name: 'Notification',
  description: 'Messages to people, by the channels that they chose.',
  locate: { operation: 'list', id: 'notificationId', shown: ['title', 'name', 'createdAt'] },
  operations: {
    notify: operation({
      method: 'POST',
      path: '/notifications',
      summary: 'Notify people',
      description:
        'Sends a template by each channel that the template and the preferences of each recipient name. Quiet hours and digests delay it, unless it is critical.',
      access: readers,
      status: 201,
      bodyLimit: '256kb',
      input: z.object({
        to,
        template: templateName.default('message').describe('Name of a template'),
        data: z
          .record(z.string(), z.unknown())
          .default({})
          .describe('What the template is filled in with; for message: title, body and perhaps url'),
        page: z
          .string()
          .regex(/^[a-z-]{1,60}$/, 'must be a page of the dashboards, such as performance')
          .optional()
          .describe(
            "Page of the executives' dashboards, which the template gets as url; without DASHBOARDS_URL there is no link",
          ),
        category: z.enum(CATEGORIES).optional().describe('Defaults to the category of the template'),
        critical: z
          .boolean()
          .optional()
          .describe('Passes preferences, quiet hours and digests. Defaults to what the template says'),
        channels: z
          .array(z.enum(CHANNELS))
          .max(CHANNELS.length)
          .optional()
          .describe('Defaults to the channels of the template'),
        dedupeKey: z
          .string()
          .min(1)
          .max(200)
          .optional()
          .describe('The same content is sent once to a recipient with the same key'),
        source: z.string().max(200).optional().describe('What caused it, such as a workflow; a label alone'),
      }),
      output: z.object({ notifications: z.array(sent) }),
      errors: ['NOT_FOUND', 'TEMPLATE_INVALID'],
      hints: { to: { placeholder: 'executives, ada@example.com' } },
      simplified: ['notifications'],
    }),
    list: operation({
      method: 'GET',
      path: '/notifications',
      summary: 'List notifications and their deliveries',
      description: 'Newest first.',
      access: readers,
      list: true,
      reveals: { what: 'notification', purpose: 'support', of: [{ list: 'items', subject: 'recipient' }] },
      input: z.object({
        state: z.enum(STATES).optional().describe('With a delivery in this state'),
        channel: z.enum(CHANNELS).optional(),
        recipient: z.string().max(320).optional().describe('Such as user:<id> or email:<address>'),
        source: z.string().max(200).optional(),
        troubled: flag.optional().describe('Only what failed, is unknown or was suppressed'),
        ...page,
      }),
      output: listOf(view),
    }),
    get: operation({
      method: 'GET',
      path: '/notifications/{notificationId}',
      summary: 'Get a notification with what was sent and each attempt',
      access: readers,
      reveals: { what: 'notification', purpose: 'support', of: [{ subject: 'recipient' }] },
      input: z.object({ notificationId: id }),
      output: view
        .omit({ deliveries: true })
        .extend({
          deliveries: z.array(
            delivery.extend({
              content: z.object({
                subject: z.string().nullable(),
                text: z.string(),
                html: z.string().nullable(),
              }),
              attemptLog: z.array(attempt),
            }),
          ),
        })
        .meta({ id: 'NotificationDetail' }),
      errors: ['NOT_FOUND'],
    }),
    resend: operation({
      method: 'POST',
      path: '/notifications/deliveries/{deliveryId}/resend',
      summary: 'Send a delivery again',
      description:
        'For a delivery that failed, or whose outcome is unknown; one that was sent is never repeated.',
      access: readers,
      status: 202,
      input: z.object({ deliveryId: id }),
      output: delivery.meta({ id: 'NotificationDelivery' }),
      errors: ['NOT_FOUND', 'CONFLICT'],
    }),
  },
});
