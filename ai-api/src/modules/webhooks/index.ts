import { type Served, serve } from '../../http/router.ts';
import { webhook } from './contract.ts';
import type { Webhooks } from './service.ts';

export { createWebhooks, type Webhooks } from './service.ts';

/** The operations of this module. */
export function serveWebhooks(service: Webhooks): Served[] {
  return [
    serve(webhook, {
      create: (input, { caller }) => service.create(caller.tenantId, input),
      list: (page, { caller }) => service.list(caller.tenantId, page),
      get: ({ endpointId }, { caller }) => service.get(caller.tenantId, endpointId),
      delete: ({ endpointId }, { caller }) => service.delete(caller.tenantId, endpointId),
    }),
  ];
}
