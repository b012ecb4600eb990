import { createVerify, X509Certificate } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { request } from 'undici';
import { z } from 'zod';
import type { OutboundGuard } from '../../../../platform/outbound/index.ts';

const message = z.object({
  Type: z.enum(['Notification', 'SubscriptionConfirmation', 'UnsubscribeConfirmation']),
  MessageId: z.string(),
  TopicArn: z.string(),
  Subject: z.string().optional(),
  Message: z.string(),
  Timestamp: z.string(),
  Token: z.string().optional(),
  SubscribeURL: z.string().optional(),
  SignatureVersion: z.enum(['1', '2']),
  Signature: z.string(),
  SigningCertURL: z.string(),
});
export type SnsMessage = z.output<typeof message>;

/** The fields that are signed, in their order, where they are present. */
const SIGNED = {
  Notification: ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'],
  SubscriptionConfirmation: [
    'Message',
    'MessageId',
    'SubscribeURL',
    'Timestamp',
    'Token',
    'TopicArn',
    'Type',
  ],
  UnsubscribeConfirmation: ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'],
} as const satisfies Record<SnsMessage['Type'], (keyof SnsMessage)[]>;

const HOST = /^sns\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$/;
const MAX_CERTIFICATE = 20_000;
const TIMEOUT_MS = 10_000;

/** A message that SNS did not send, or about a topic that is not ours. */
export class SnsRefused extends Error {
  override name = 'SnsRefused';
}

interface SnsSettings {
  /** ARNs of our topics: any AWS account can have SNS sign its messages. */
  topics: readonly string[];
  guard: OutboundGuard;
  /** Another server that answers for `sns.<region>.amazonaws.com`; null for AWS. */
  endpoint: string | null;
  now: () => Date;
}

export type Sns = ReturnType<typeof createSns>;

/** Reads what SNS posts: only what it signed, with a certificate from its own host, about our topics. */
export function createSns({ topics, guard, endpoint, now }: SnsSettings) {
  const certificates = new LRUCache<string, X509Certificate>({ max: 20, ttl: 24 * 3_600_000 });

  /** Fetches a URL of SNS, and no other. */
  async function fetchFromSns(address: string): Promise<string> {
    const url = URL.parse(address);
    if (url?.protocol !== 'https:' || !HOST.test(url.host) || url.username !== '')
      throw new SnsRefused('A URL in the message is not one of SNS.');
    const target = endpoint === null ? url.href : new URL(`${url.pathname}${url.search}`, endpoint).href;
    const response = await request(target, {
      dispatcher: guard.agent,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const body = await response.body.text();
    if (response.statusCode !== 200) throw new Error(`SNS answered ${response.statusCode}.`);
    return body.slice(0, MAX_CERTIFICATE);
  }

  async function certificateOf(address: string, beforeFetch: () => Promise<void>): Promise<X509Certificate> {
    const known = certificates.get(address);
    if (known) return known;
    if (!/\/SimpleNotificationService-[\w-]+\.pem$/.test(URL.parse(address)?.pathname ?? ''))
      throw new SnsRefused('The certificate is not one of SNS.');
    await beforeFetch();
    const certificate = new X509Certificate(await fetchFromSns(address));
    certificates.set(address, certificate);
    return certificate;
  }

  return {
    /**
     * Reads and verifies a message.
     * @param beforeFetch called before a certificate is fetched that is not known yet
     * @throws {SnsRefused}
     */
    read: async (body: string, beforeFetch: () => Promise<void>): Promise<SnsMessage> => {
      const parsed = message.safeParse(parse(body));
      if (!parsed.success) throw new SnsRefused('It is not a message of SNS.');
      const { data } = parsed;
      if (!topics.includes(data.TopicArn)) throw new SnsRefused('The topic is not one of SES_TOPIC_ARNS.');
      const certificate = await certificateOf(data.SigningCertURL, beforeFetch);
      const at = now();
      if (at < new Date(certificate.validFrom) || at > new Date(certificate.validTo))
        throw new SnsRefused('The certificate is not valid now.');
      const text = SIGNED[data.Type]
        .filter((name) => data[name] !== undefined)
        .map((name) => `${name}\n${data[name]}\n`)
        .join('');
      const verify = createVerify(data.SignatureVersion === '1' ? 'RSA-SHA1' : 'RSA-SHA256').update(text);
      if (!verify.verify(certificate.publicKey, data.Signature, 'base64'))
        throw new SnsRefused('The signature is wrong.');
      return data;
    },

    /** Confirms that we want the messages of a topic. @throws {SnsRefused} */
    confirm: async ({ SubscribeURL }: SnsMessage): Promise<void> => {
      if (SubscribeURL === undefined) throw new SnsRefused('It has no URL to confirm.');
      await fetchFromSns(SubscribeURL);
    },
  };
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
