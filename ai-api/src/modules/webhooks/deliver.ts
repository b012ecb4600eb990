import { Webhook } from 'standardwebhooks';
import type { PendingDelivery } from './store.ts';

const TIMEOUT_MS = 15_000;

/** Signature headers of a delivery. @see https://www.standardwebhooks.com */
export function signedHeaders(
  secret: string,
  eventId: string,
  sentAt: Date,
  body: string,
): Record<string, string> {
  return {
    'webhook-id': eventId,
    'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1000)),
    'webhook-signature': new Webhook(secret).sign(eventId, sentAt, body),
  };
}

/**
 * One attempt to deliver an event; only a 2xx counts, and redirects are not followed.
 * @returns null when it was taken, else one line that says why not
 */
export async function deliver(delivery: PendingDelivery, signal: AbortSignal): Promise<string | null> {
  const body = JSON.stringify({
    type: delivery.type,
    timestamp: delivery.occurredAt.toISOString(),
    data: delivery.data,
  });
  try {
    const response = await fetch(delivery.url, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'ai-manager',
        ...signedHeaders(delivery.secret, delivery.eventId, new Date(), body),
      },
      body,
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    await response.body?.cancel();
    return response.ok ? null : `The endpoint answered ${response.status}.`;
  } catch (error) {
    signal.throwIfAborted();
    const timedOut = (error as Error).name === 'TimeoutError';
    return timedOut ? 'The endpoint did not answer in 15 seconds.' : 'The endpoint could not be reached.';
  }
}
