import { createHmac, timingSafeEqual } from 'node:crypto';

/** Seconds that a delivery's timestamp may differ from this machine's clock, either way. */
export const TOLERANCE_SECONDS = 300;

/** Headers and body of a delivery as they arrived. */
export interface Delivery {
  id: string | undefined;
  /** Seconds since the epoch, in decimal digits. */
  timestamp: string | undefined;
  /** One or more `v1,<base64>` separated by spaces. */
  signature: string | undefined;
  rawBody: Buffer;
}

/**
 * Says whether a delivery was signed with the secret, by the Standard Webhooks specification
 * (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md):
 * HMAC-SHA256 over `id.timestamp.body`. Signatures are compared as text, so that another base64
 * spelling of the same bytes is refused, and in constant time.
 *
 * @param secret `whsec_<base64>`; anything else signs nothing
 * @param now seconds since the epoch
 */
export function isSignedBy(
  secret: string | undefined,
  delivery: Delivery,
  now: number,
  tolerance = TOLERANCE_SECONDS,
): boolean {
  const { id, timestamp, signature, rawBody } = delivery;
  const key = signingKey(secret);
  if (!key || !id || !timestamp || !signature) return false;
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(now - Number(timestamp)) > tolerance) return false;
  const digest = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(rawBody).digest('base64');
  const expected = Buffer.from(`v1,${digest}`);
  return signature.split(' ').some((candidate) => isSame(expected, Buffer.from(candidate)));
}

/** Whether a secret has the form that deliveries can be verified with. */
export function isSigningSecret(secret: unknown): secret is string {
  return typeof secret === 'string' && signingKey(secret) !== undefined;
}

function signingKey(secret: string | undefined): Buffer | undefined {
  const encoded = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret ?? '')?.[1];
  const key = Buffer.from(encoded ?? '', 'base64');
  return key.length > 0 ? key : undefined;
}

function isSame(expected: Buffer, candidate: Buffer): boolean {
  return expected.length === candidate.length && timingSafeEqual(expected, candidate);
}
