import { Webhook } from 'standardwebhooks';
import { request } from 'undici';
import { type OutboundGuard, UrlRefused } from '../../../platform/outbound/index.ts';
import { inSpan, traceHeaders } from '../../../platform/telemetry/tracing/index.ts';
import type { DueDelivery } from './deliveries.ts';

const TIMEOUT_MS = 15_000;
/** What an endpoint answers is not read beyond this, and not kept. */
const MOST_RESPONSE_BYTES = 64 * 1024;

/** What came of one attempt; `error` is null when it was taken, else one line that says why not. */
export interface Attempt {
  durationMs: number;
  responseStatus: number | null;
  error: string | null;
}

/**
 * Headers of a delivery, with one signature for each secret that is valid now.
 * @see https://www.standardwebhooks.com
 */
export function signedHeaders(
  secrets: readonly string[],
  eventId: string,
  sentAt: Date,
  body: string,
): Record<string, string> {
  return {
    'webhook-id': eventId,
    'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(eventId, sentAt, body)).join(' '),
  };
}

/**
 * One attempt to deliver an event; only a 2xx counts, and redirects are not followed.
 * @throws when `signal` aborts, and nothing else
 */
export async function deliver(
  guard: OutboundGuard,
  delivery: Pick<DueDelivery, 'eventId' | 'type' | 'data' | 'occurredAt' | 'url'>,
  secrets: readonly string[],
  signal: AbortSignal,
): Promise<Attempt> {
  const body = JSON.stringify({
    type: delivery.type,
    timestamp: delivery.occurredAt.toISOString(),
    data: delivery.data,
  });
  const began = performance.now();
  const ended = (responseStatus: number | null, error: string | null): Attempt => ({
    durationMs: Math.round(performance.now() - began),
    responseStatus,
    error,
  });
  const attributes = { 'http.request.method': 'POST', 'server.address': new URL(delivery.url).hostname };
  try {
    return await inSpan(`deliver ${delivery.type}`, { kind: 'client', attributes }, async (span) => {
      const response = await request(delivery.url, {
        dispatcher: guard.agent,
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'user-agent': 'ai-manager',
          ...signedHeaders(secrets, delivery.eventId, new Date(), body),
          ...traceHeaders(),
        },
        body,
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      // The status is the answer; a body that breaks off or goes on for ever changes nothing.
      await response.body.dump({ limit: MOST_RESPONSE_BYTES }).catch(() => {});
      const { statusCode } = response;
      const taken = statusCode >= 200 && statusCode < 300;
      span?.setAttribute('http.response.status_code', statusCode);
      return ended(statusCode, taken ? null : `The endpoint answered ${statusCode}.`);
    });
  } catch (error) {
    signal.throwIfAborted();
    return ended(null, reasonOf(error as Error));
  }
}

function reasonOf(error: Error): string {
  if (error instanceof UrlRefused) return `The URL is refused. ${error.message}`;
  if (error.name === 'TimeoutError') return `The endpoint did not answer in ${TIMEOUT_MS / 1000} seconds.`;
  return 'The endpoint could not be reached.';
}
