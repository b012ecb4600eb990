import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';

/** A new secret that signs messages, as Standard Webhooks writes it: `whsec_` and 32 random bytes in base64. */
export function newSigningSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

/**
 * Headers that sign a message, with one signature for each secret.
 * @param id the same in every attempt to deliver the message
 * @see https://www.standardwebhooks.com
 */
export function signatureHeaders(
  secrets: readonly string[],
  id: string,
  sentAt: Date,
  body: string,
): Record<string, string> {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, sentAt, body)).join(' '),
  };
}
