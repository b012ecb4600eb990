import { z } from 'zod';
import { EVENT_TYPES } from '../../../contract/events.ts';
import { operation, resource } from '../../../contract/operation.ts';
import { id, listOf, page, timestamp } from '../../../contract/schemas.ts';
import { topic } from '../../../contract/topics.ts';

const STATES = ['pending', 'delivered', 'failed'] as const;

const endpoint = z
  .object({
    id,
    url: z.url(),
    events: z.array(z.enum(EVENT_TYPES)),
    topics: z.array(z.string()).describe('Patterns of event types, such as approval.*'),
    state: z
      .enum(['healthy', 'failing', 'disabled'])
      .describe('failing: deliveries wait longer between attempts. disabled: nothing is delivered'),
    stateReason: z.string().nullable(),
    pausedUntil: timestamp.nullable().describe('When delivery to a failing endpoint is retried'),
    createdAt: timestamp,
    lastDelivery: z
      .object({
        event: z.string(),
        status: z.enum(STATES),
        attempts: z.number().int(),
        lastError: z.string().nullable(),
        at: timestamp,
      })
      .nullable(),
  })
  .meta({ id: 'WebhookEndpoint' });

/** They could not be sent with a request, and would be shown to every user who lists the endpoints. */
function hasNoCredentials(url: string): boolean {
  const { username, password } = URL.parse(url) ?? { username: '', password: '' };
  return username === '' && password === '';
}
const delivery = z
  .object({
    deliveryId: id,
    endpointId: id,
    eventId: id.describe('The webhook-id header'),
    event: z.string(),
    status: z.enum(STATES),
    createdAt: timestamp,
    nextAttemptAt: timestamp.nullable(),
    attempts: z.array(
      z.object({
        at: timestamp,
        durationMs: z.number().int(),
        responseStatus: z.number().int().nullable().describe('Null when there was no answer'),
        error: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'WebhookDelivery' });

const access = ['admin', 'ops'] as const;
const url = z
  .url({ protocol: /^https?$/ })
  .max(2000)
  .refine(hasNoCredentials, 'must not hold a user name or a password')
  .describe('Where deliveries are POSTed; a host on the public internet unless configured otherwise');
const eventTypes = z
  .array(z.enum(EVENT_TYPES))
  .describe('Event types to deliver; empty where topics say which');
const topics = z
  .array(topic)
  .max(20)
  .describe('Patterns of event types: * is one word, # any number, as in approval.* and agent.#');

export const webhook = resource({
  id: 'webhook',
  name: 'Webhook',
  description: 'Endpoints that events are delivered to, signed by Standard Webhooks.',
  locate: { operation: 'list', id: 'id', field: 'endpointId', shown: ['url', 'state'] },
  operations: {
    create: operation({
      method: 'POST',
      path: '/webhooks/endpoints',
      summary: 'Subscribe an endpoint to events',
      description: 'The secret that signs the deliveries is returned only once, here.',
      access,
      status: 201,
      input: z.object({ url, events: eventTypes, topics: topics.default([]) }),
      output: endpoint.extend({ secret: z.string() }).meta({ id: 'NewWebhookEndpoint' }),
      errors: ['WEBHOOK_URL_REFUSED'],
    }),
    list: operation({
      method: 'GET',
      path: '/webhooks/endpoints',
      summary: 'List the endpoints',
      access,
      list: true,
      input: z.object(page),
      output: listOf(endpoint),
    }),
    get: operation({
      method: 'GET',
      path: '/webhooks/endpoints/{endpointId}',
      summary: 'Get an endpoint and its last delivery',
      access,
      input: z.object({ endpointId: id }),
      output: endpoint,
      errors: ['NOT_FOUND'],
    }),
    update: operation({
      method: 'PATCH',
      path: '/webhooks/endpoints/{endpointId}',
      summary: 'Change an endpoint',
      description: 'A new URL, or enabled, makes a failing or disabled endpoint healthy again.',
      access,
      input: z.object({
        endpointId: id,
        url: url.optional(),
        events: eventTypes.optional(),
        topics: topics.optional(),
        enabled: z.boolean().optional().describe('False stops deliveries, true starts them again'),
      }),
      output: endpoint,
      errors: ['NOT_FOUND', 'WEBHOOK_URL_REFUSED'],
    }),
    delete: operation({
      method: 'DELETE',
      path: '/webhooks/endpoints/{endpointId}',
      summary: 'Unsubscribe an endpoint',
      access,
      status: 204,
      input: z.object({ endpointId: id }),
      output: z.void(),
      errors: ['NOT_FOUND'],
    }),
    rotateSecret: operation({
      method: 'POST',
      path: '/webhooks/endpoints/{endpointId}/rotate-secret',
      summary: 'Rotate the secret of an endpoint',
      description:
        'The new secret is returned only once, here. For 24 hours deliveries carry both signatures.',
      access,
      input: z.object({ endpointId: id }),
      output: z
        .object({ endpointId: id, secret: z.string(), previousValidUntil: timestamp })
        .meta({ id: 'RotatedSecret' }),
      errors: ['NOT_FOUND'],
    }),
    test: operation({
      method: 'POST',
      path: '/webhooks/endpoints/{endpointId}/test',
      summary: 'Send a sample event to an endpoint',
      description:
        'Sends `endpoint.test` once, whatever the endpoint subscribed to. The delivery log shows the outcome.',
      access,
      status: 202,
      input: z.object({
        endpointId: id,
        event: z.enum(EVENT_TYPES).optional().describe('Type of the sample data that the event carries'),
      }),
      output: delivery,
      errors: ['NOT_FOUND'],
    }),
    listDeliveries: operation({
      method: 'GET',
      path: '/webhooks/endpoints/{endpointId}/deliveries',
      summary: 'List the deliveries to an endpoint',
      description: 'Newest first, each with its attempts.',
      access,
      list: true,
      input: z.object({ endpointId: id, status: z.enum(STATES).optional(), ...page }),
      output: listOf(delivery),
      errors: ['NOT_FOUND'],
    }),
    resend: operation({
      method: 'POST',
      path: '/webhooks/deliveries/{deliveryId}/resend',
      summary: 'Deliver an event again',
      description: 'Sends it now, whether it was delivered, failed or waits, and retries it like a new one.',
      access,
      status: 202,
      input: z.object({ deliveryId: id }),
      output: delivery,
      errors: ['NOT_FOUND', 'CONFLICT'],
    }),
  },
});

/** What this module offers. */
export const contract = { webhook };
