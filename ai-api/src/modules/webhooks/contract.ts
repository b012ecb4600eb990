import { z } from 'zod';
import { EVENT_TYPES } from '../../contract/events.ts';
import { operation, resource } from '../../contract/operation.ts';
import { id, listOf, page, timestamp } from '../../contract/schemas.ts';

const endpoint = z
  .object({
    id,
    url: z.url(),
    events: z.array(z.enum(EVENT_TYPES)),
    createdAt: timestamp,
    lastDelivery: z
      .object({
        event: z.string(),
        status: z.enum(['pending', 'delivered', 'failed']),
        attempts: z.number().int(),
        lastError: z.string().nullable(),
        at: timestamp,
      })
      .nullable(),
  })
  .meta({ id: 'WebhookEndpoint' });

/** They could not be sent with a request, and would be shown to everyone who lists the endpoints. */
function hasNoCredentials(url: string): boolean {
  const { username, password } = URL.parse(url) ?? { username: '', password: '' };
  return username === '' && password === '';
}

const access = ['admin', 'ops'] as const;

export const webhook = resource({
  id: 'webhook',
  name: 'Webhook',
  description: 'Endpoints that events are delivered to, signed by Standard Webhooks.',
  operations: {
    create: operation({
      method: 'POST',
      path: '/webhooks/endpoints',
      summary: 'Subscribe an endpoint to events',
      description: 'The secret that signs the deliveries is answered once, here.',
      access,
      status: 201,
      input: z.object({
        url: z
          .url({ protocol: /^https?$/ })
          .max(2000)
          .refine(hasNoCredentials, 'must not hold a user name or a password')
          .describe('Where deliveries are POSTed'),
        events: z.array(z.enum(EVENT_TYPES)).min(1).describe('Event types to deliver'),
      }),
      output: endpoint.extend({ secret: z.string() }).meta({ id: 'NewWebhookEndpoint' }),
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
  },
});
