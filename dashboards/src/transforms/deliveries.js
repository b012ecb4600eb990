import { when } from './helpers.js';

/** Deliveries to an endpoint as a table. */
export default function transform(data) {
  return {
    rows: (data?.items ?? []).map((delivery) => {
      const last = delivery.attempts.at(-1);
      return {
        deliveryId: delivery.deliveryId,
        event: delivery.event,
        status: delivery.status,
        attempts: delivery.attempts.length,
        answer: last
          ? last.responseStatus
            ? `HTTP ${last.responseStatus}`
            : (last.error ?? 'no response')
          : '—',
        created: when(delivery.createdAt),
        next: when(delivery.nextAttemptAt),
      };
    }),
  };
}
