import { setTimeout as delay } from 'node:timers/promises';

const TIMEOUT_MS = 30_000;
const RETRIES = 2;
const RETRY_PAUSE_MS = 400;

/** n8n refused a request, or could not be reached (`status` 0). The message holds n8n's own words. */
export class N8nError extends Error {
  readonly status: number;

  constructor(message: string, status: number, options?: ErrorOptions) {
    super(message, options);
    this.name = 'N8nError';
    this.status = status;
  }
}

export type HttpRequest = {
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** Begins with a slash. */
  path: string;
  headers?: Record<string, string>;
  /** Sent as JSON. */
  body?: unknown;
  timeoutMs?: number;
};

/** `body` is parsed JSON where the answer is JSON, else text. */
export type HttpAnswer = { status: number; body: unknown; headers: Headers };

/**
 * One request to n8n. A GET that gets no answer is repeated twice; nothing else is, because n8n may have
 * acted on it. @throws N8nError with status 0 when there is no answer in time.
 */
export async function send(baseUrl: string, request: HttpRequest): Promise<HttpAnswer> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await sendOnce(baseUrl, request);
    } catch (error) {
      const reason =
        error instanceof Error ? (error.cause instanceof Error ? error.cause.message : error.message) : '';
      if (request.method !== 'GET' || attempt >= RETRIES) {
        const what = `${request.method} ${baseUrl}${request.path}`;
        throw new N8nError(`n8n did not respond to ${what}: ${reason}`, 0, { cause: error });
      }
      await delay(RETRY_PAUSE_MS);
    }
  }
}

/** As `send`, but an answer outside 2xx is thrown as N8nError that says what was `wanted`. */
export async function sendExpectingSuccess(
  baseUrl: string,
  request: HttpRequest,
  wanted: string,
): Promise<HttpAnswer> {
  const answer = await send(baseUrl, request);
  if (answer.status < 200 || answer.status > 299) throw refusal(answer, wanted);
  return answer;
}

/** What n8n said against a request. */
export function refusal(answer: Pick<HttpAnswer, 'status' | 'body'>, wanted: string): N8nError {
  const body = answer.body;
  let reason = typeof body === 'string' ? body : '';
  if (typeof body === 'object' && body !== null) {
    const parts = ['message', 'description', 'hint'].flatMap((key) => {
      const value = (body as Record<string, unknown>)[key];
      return typeof value === 'string' && value ? [value] : [];
    });
    reason = parts.join(' ');
  }
  return new N8nError(
    `n8n could not ${wanted} (${answer.status}): ${reason.slice(0, 500) || 'no reason given'}`,
    answer.status,
  );
}

async function sendOnce(baseUrl: string, request: HttpRequest): Promise<HttpAnswer> {
  const init: RequestInit = {
    method: request.method,
    headers: {
      accept: 'application/json',
      ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...request.headers,
    },
    signal: AbortSignal.timeout(request.timeoutMs ?? TIMEOUT_MS),
    redirect: 'manual',
  };
  if (request.body !== undefined) init.body = JSON.stringify(request.body);
  const response = await fetch(`${baseUrl}${request.path}`, init);
  const text = await response.text();
  return { status: response.status, body: parse(text), headers: response.headers };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
