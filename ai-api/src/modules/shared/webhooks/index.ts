import { type Served, serve } from '../../../http/router.ts';
import { actorOf } from '../audit/index.ts';
import { webhook } from './contract.ts';
import type { Webhooks } from './service.ts';

export { createEventLog, type EventLog, type LoggedEvent, type Position } from '../events/event-log.ts';
export { createWebhooks, type Webhooks } from './service.ts';
export { EVENTS_CHANNEL } from './store.ts';

/** The operations of this module. */
export function serveWebhooks(service: Webhooks): Served[] {
  return [
    serve(webhook, {
      create: (input, request) => service.create(actorOf(request), input),
      list: (page, { caller }) => service.list(caller.tenantId, page),
      get: ({ endpointId }, { caller }) => service.get(caller.tenantId, endpointId),
      update: ({ endpointId, ...change }, request) => service.update(actorOf(request), endpointId, change),
      delete: ({ endpointId }, request) => service.delete(actorOf(request), endpointId),
      rotateSecret: ({ endpointId }, request) => service.rotateSecret(actorOf(request), endpointId),
      test: ({ endpointId, event }, request) => service.test(actorOf(request), endpointId, event),
      listDeliveries: ({ endpointId, status, ...page }, { caller }) =>
        service.listDeliveries(caller.tenantId, endpointId, status, page),
      resend: ({ deliveryId }, request) => service.resend(actorOf(request), deliveryId),
    }),
  ];
}
