import { type OutboundGuard, post } from '../../../../platform/outbound/index.ts';
import type { Outcome } from './outcome.ts';

interface WebhookToSend {
  deliveryId: string;
  url: string;
  secret: string;
  data: object;
  sentAt: Date;
}

/** Statuses after which another attempt may succeed; all other 4xx are final. */
const TRY_AGAIN = [408, 425, 429];

/** POSTs a notification, signed by Standard Webhooks; receivers recognise a repetition by its `webhook-id`. */
export async function sendWebhook(
  guard: OutboundGuard,
  { deliveryId, url, secret, data, sentAt }: WebhookToSend,
  signal: AbortSignal,
): Promise<Outcome> {
  const body = JSON.stringify({ type: 'notification', timestamp: sentAt.toISOString(), data });
  const message = { url, name: 'deliver notification', id: deliveryId, body, secrets: [secret], sentAt };
  const { error, responseStatus } = await post(guard, message, signal);
  if (error === null) return { kind: 'sent', providerId: null, arrived: true };
  const code = responseStatus === null ? 'ENDPOINT_UNREACHABLE' : `HTTP_${responseStatus}`;
  const isFinal =
    responseStatus !== null &&
    responseStatus >= 400 &&
    responseStatus < 500 &&
    !TRY_AGAIN.includes(responseStatus);
  return { kind: isFinal ? 'refused' : 'failed', code, message: error };
}
