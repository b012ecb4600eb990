import { expect } from 'vitest';
import { type AnswerOf, type Step, step } from './step.ts';

const endpointId = (answerOf: AnswerOf) => ({ endpointId: answerOf('webhook.create').id });
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
      matches: { state: 'healthy' },
    },
  ),
  step('webhook.list', {}, { matches: { items: [{ state: 'healthy' }] } }),
  step('webhook.update', (answerOf) => ({ ...endpointId(answerOf), events: ['decision.made' as const] }), {
    matches: { events: ['decision.made'] },
  }),
  step(
    'webhook.update',
    (answerOf) => ({ ...endpointId(answerOf), topics: ['evaluation.run.*', 'agent.#'] }),
    {
      name: 'by topics',
      matches: { events: ['decision.made'], topics: ['evaluation.run.*', 'agent.#'] },
    },
  ),
  step('webhook.rotateSecret', endpointId),
  step('webhook.test', (answerOf) => ({ ...endpointId(answerOf), event: 'decision.made' as const })),
  step('webhook.listDeliveries', (answerOf) => ({ ...endpointId(answerOf), status: 'delivered' as const }), {
    eventually: true,
    matches: { items: [{ event: 'endpoint.test' }] },
  }),
  step('webhook.resend', (answerOf) => ({
    deliveryId: answerOf('webhook.listDeliveries').items[0]?.deliveryId ?? '',
  })),
  step('webhook.get', endpointId, { matches: { lastDelivery: { event: 'endpoint.test' } } }),
  step('webhook.delete', endpointId, {
    check: (_output, { subscriber }) => expect(subscriber.deliveries.length).toBeGreaterThan(0),
  }),
  step('realtime.createTicket', {}),
];
