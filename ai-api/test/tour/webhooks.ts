import { expect } from 'vitest';
import { type Said, type Step, step } from './step.ts';

const endpointId = (said: Said) => ({ endpointId: said('webhook.create').id });
let url = '';

/** An endpoint, its deliveries, and a ticket for the live connection. */
export const webhooks: Step[] = [
  step(
    'webhook.create',
    () => ({ url, events: ['evaluation.run.completed' as const, 'decision.made' as const] }),
    {
      before: async ({ subscriber }) => {
        url = subscriber.url;
      },
      shows: { state: 'healthy' },
    },
  ),
  step('webhook.list', {}, { shows: { items: [{ state: 'healthy' }] } }),
  step('webhook.update', (said) => ({ ...endpointId(said), events: ['decision.made' as const] }), {
    shows: { events: ['decision.made'] },
  }),
  step('webhook.rotateSecret', endpointId),
  step('webhook.test', (said) => ({ ...endpointId(said), event: 'decision.made' as const })),
  step('webhook.listDeliveries', (said) => ({ ...endpointId(said), status: 'delivered' as const }), {
    patient: true,
    shows: { items: [{ event: 'endpoint.test' }] },
  }),
  step('webhook.resend', (said) => ({
    deliveryId: said('webhook.listDeliveries').items[0]?.deliveryId ?? '',
  })),
  step('webhook.get', endpointId, { shows: { lastDelivery: { event: 'endpoint.test' } } }),
  step('webhook.delete', endpointId, {
    check: (_output, { subscriber }) => expect(subscriber.deliveries.length).toBeGreaterThan(0),
  }),
  step('realtime.createTicket', {}),
];
