import { createHmac } from 'node:crypto';
import { isSameText } from '../shared/constant-time.ts';
import { isSignedBy } from '../shared/standard-webhooks.ts';
import { type CustomScheme, isSignedAsCustom } from './custom-scheme.ts';
import { hexText, type Incoming, isRecent } from './incoming.ts';

export type Provider = 'github' | 'gitlab' | 'gitlabToken' | 'stripe' | 'slack' | 'standard' | 'custom';

type Verify = (secret: string, incoming: Incoming) => boolean;

const SCHEMES: Record<Exclude<Provider, 'custom'>, Verify> = {
  github: isFromGitHub,
  gitlab: isStandard,
  gitlabToken: (secret, { header }) => isSameText(header('x-gitlab-token') ?? '', secret),
  slack: isFromSlack,
  standard: isStandard,
  stripe: isFromStripe,
};

/** Whether one of the secrets signed the request as this provider does. Without a secret nothing is signed. */
export function isSigned(
  provider: Provider,
  secrets: string[],
  incoming: Incoming,
  custom: CustomScheme,
): boolean {
  const verify: Verify | undefined =
    provider === 'custom' ? (secret) => isSignedAsCustom(secret, incoming, custom) : SCHEMES[provider];
  return verify !== undefined && secrets.some((secret) => secret !== '' && verify(secret, incoming));
}

/** https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries */
function isFromGitHub(secret: string, { header, rawBody }: Incoming): boolean {
  return isSameText(hexText(header('x-hub-signature-256')), `sha256=${hmac(secret, rawBody)}`);
}

/**
 * https://docs.stripe.com/webhooks#verify-manually: `t=<seconds>,v1=<hex>`, with a `v1` for each secret while
 * secrets are exchanged. Other versions are not looked at.
 */
function isFromStripe(secret: string, { header, rawBody, now, tolerance }: Incoming): boolean {
  const parts = (header('stripe-signature') ?? '').split(',').map((part) => part.split('='));
  const times = parts.filter(([name]) => name === 't').map(([, value = '']) => value);
  const [time = ''] = times;
  if (times.length !== 1 || !isRecent(time, now, tolerance)) return false;
  const expected = hmac(secret, Buffer.concat([Buffer.from(`${time}.`), rawBody]));
  return parts.some(
    ([name, value = '', ...rest]) =>
      name === 'v1' && rest.length === 0 && isSameText(hexText(value), expected),
  );
}

/** https://docs.slack.dev/authentication/verifying-requests-from-slack */
function isFromSlack(secret: string, { header, rawBody, now, tolerance }: Incoming): boolean {
  const time = header('x-slack-request-timestamp') ?? '';
  if (!isRecent(time, now, tolerance)) return false;
  const expected = hmac(secret, Buffer.concat([Buffer.from(`v0:${time}:`), rawBody]));
  return isSameText(hexText(header('x-slack-signature')), `v0=${expected}`);
}

/** GitLab's signing tokens follow the Standard Webhooks specification too. */
function isStandard(secret: string, { header, rawBody, now, tolerance }: Incoming): boolean {
  const delivery = {
    id: header('webhook-id'),
    timestamp: header('webhook-timestamp'),
    signature: header('webhook-signature'),
    rawBody,
  };
  // Some senders show the secret without its prefix.
  const prefixed = secret.startsWith('whsec_') ? secret : `whsec_${secret}`;
  return isSignedBy(prefixed, delivery, now, tolerance);
}

function hmac(secret: string, content: Buffer): string {
  return createHmac('sha256', secret).update(content).digest('hex');
}
