import { request } from 'undici';
import { inSpan, traceHeaders } from '../telemetry/tracing/index.ts';
import { type OutboundGuard, UrlRefused } from './guard.ts';
import { signatureHeaders } from './signature.ts';

const TIMEOUT_MS = 15_000;
/** The answer is not read beyond this, and not kept. */
const MAX_RESPONSE_BYTES = 64 * 1024;

/** A message to a URL that a customer chose. */
export interface OutboundMessage {
  url: string;
  /** What the message is about, for the span of the attempt: `deliver agent.created`. */
  name: string;
  /** The same in every attempt; receivers recognise repetitions by it. */
  id: string;
  /** JSON. */
  body: string;
  /** Each adds a signature by Standard Webhooks; without any the message is not signed. */
  secrets: readonly string[];
  sentAt: Date;
}

/** What came of one attempt. */
export interface Attempt {
  durationMs: number;
  /** Null when there was no answer. */
  responseStatus: number | null;
  /** One line that says why the message was not accepted; null when it was. */
  error: string | null;
}

/**
 * One attempt to POST a message, through the guard; only a 2xx counts, and redirects are not followed.
 * @throws when `signal` aborts, and nothing else
 */
export async function post(
  guard: OutboundGuard,
  message: OutboundMessage,
  signal: AbortSignal,
): Promise<Attempt> {
  const { url, name, id, body, secrets, sentAt } = message;
  const began = performance.now();
  const ended = (responseStatus: number | null, error: string | null): Attempt => ({
    durationMs: Math.round(performance.now() - began),
    responseStatus,
    error,
  });
  const attributes = { 'http.request.method': 'POST', 'server.address': new URL(url).hostname };
  try {
    return await inSpan(name, { kind: 'client', attributes }, async (span) => {
      const response = await request(url, {
        dispatcher: guard.agent,
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'user-agent': 'ai-manager',
          ...(secrets.length > 0 ? signatureHeaders(secrets, id, sentAt, body) : {}),
          ...traceHeaders(),
        },
        body,
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      // The status is the answer; a body that breaks off or never ends changes nothing.
      await response.body.dump({ limit: MAX_RESPONSE_BYTES }).catch(() => {});
      const { statusCode } = response;
      const isAccepted = statusCode >= 200 && statusCode < 300;
      span?.setAttribute('http.response.status_code', statusCode);
      return ended(statusCode, isAccepted ? null : `The endpoint answered ${statusCode}.`);
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
