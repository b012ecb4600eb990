import { when } from './helpers.js';

const RESENDABLE = ['failed', 'unknown', 'suppressed', 'skipped'];

/** Deliveries of notifications as a table. */
export default function transform(data) {
  return {
    rows: (data?.items ?? []).flatMap((one) =>
      one.deliveries.map((delivery) => ({
        deliveryId: delivery.deliveryId,
        when: when(one.createdAt),
        title: one.title,
        to: one.name === '' ? delivery.address : one.name,
        channel: delivery.channel,
        state: delivery.state,
        error: [delivery.errorCode, delivery.error].filter(Boolean).join(': '),
        mayResend: RESENDABLE.includes(delivery.state) && delivery.address !== '',
      })),
    ),
  };
}
