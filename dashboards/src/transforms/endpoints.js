import { when } from './helpers.js';

/** Webhook endpoints as a table. */
export default function transform(data) {
  return {
    rows: (data?.items ?? []).map((endpoint) => ({
      id: endpoint.id,
      url: endpoint.url,
      state: endpoint.state,
      reason: endpoint.stateReason ?? '—',
      events: endpoint.events.join(', '),
      last: endpoint.lastDelivery
        ? `${endpoint.lastDelivery.event} ${endpoint.lastDelivery.status}, ${when(endpoint.lastDelivery.at)}`
        : 'No deliveries yet',
      enabled: endpoint.state !== 'disabled',
    })),
  };
}
