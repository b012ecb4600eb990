import type { Config } from '../../../config/index.ts';
import { type Served, serve } from '../../../http/router.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import type { OutboundGuard } from '../../../platform/outbound/index.ts';
import type { Sealer } from '../../../platform/sealing.ts';
import type { Metrics } from '../../../platform/telemetry/metrics.ts';
import { actorOf } from '../audit/index.ts';
import type { Events } from '../events/index.ts';
import { webhook } from './contract.ts';
import { createWebhooks, type Webhooks } from './service.ts';

export { personalData } from './personal-data.ts';
export type { Webhooks } from './service.ts';

interface Needs {
  database: Database;
  jobs: Jobs;
  events: Events;
  outboundGuard: OutboundGuard;
  sealer: Sealer;
  metrics: Metrics;
  clock: Clock;
  config: Pick<Config, 'WEBHOOK_RETRY_SECONDS' | 'WEBHOOK_DISABLE_HOURS'>;
}

export function create(needs: Needs) {
  const { database, jobs, events, outboundGuard, sealer, metrics, clock, config } = needs;
  return createWebhooks(database, jobs, events, {
    retrySeconds: config.WEBHOOK_RETRY_SECONDS,
    disableHours: config.WEBHOOK_DISABLE_HOURS,
    guard: outboundGuard,
    sealer,
    onDelivery: metrics.delivery,
    now: () => clock.now(),
  });
}

/** The operations of this module. */
export function operations(service: Webhooks): Served[] {
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
