import type { ServiceRequest } from './build-request.ts';
import { QueryError } from './query-error.ts';

const TIMEOUT_MS = 30_000;
const ATTEMPTS = 3;
/** A query that waits longer than this for its turn is better refused: somebody looks at the screen. */
const MAX_PAUSE_MS = 5_000;
const MAX_BYTES = 20 * 1024 * 1024;

/** A service behind an address, as the data source names it. */
export interface Service {
  /** What people call it. */
  name: string;
  baseUrl: string;
  headers: Record<string, string>;
}

export interface Answer {
  status: number;
  headers: Headers;
  /** Parsed JSON; undefined for an empty body, and text where it is not JSON. */
  body: unknown;
}

/**
 * Reads an address that a person typed.
 * @throws {QueryError} when it is not one
 */
export function readBaseUrl(given: unknown, name: string): string {
  const text = String(given ?? '')
    .trim()
    .replace(/\/+$/, '');
  if (/^https?:\/\/[^/\s]+(\/\S*)?$/.test(text)) return text;
  throw new QueryError(
    `The URL of ${name} is not valid`,
    'Use a URL that starts with http:// or https://, such as https://ai-manager.example.',
    'url',
  );
}

/**
 * Sends a request. What may be repeated is tried up to three times when the service cannot be reached,
 * has too much to do, or asks to wait a moment. Redirects are not followed: credentials stay here.
 *
 * @param repeatable nothing happens twice when the request arrives twice
 * @throws {QueryError} when there was no answer within 30 seconds or it is too large
 */
export async function exchange(
  service: Service,
  request: ServiceRequest,
  repeatable: boolean,
): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    const last = attempt === ATTEMPTS || !repeatable;
    try {
      const answer = await sendOnce(service, request);
      const pause = last ? undefined : pauseOf(answer, attempt);
      if (pause === undefined) return answer;
      await wait(pause);
    } catch (error) {
      if (last || !isUnreachable(error)) throw error;
      await wait(200 * 2 ** attempt);
    }
  }
}

async function sendOnce(service: Service, request: ServiceRequest): Promise<Answer> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), TIMEOUT_MS);
  try {
    const response = await fetch(urlOf(service, request), {
      method: request.method,
      headers: {
        accept: 'application/json, application/problem+json',
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...service.headers,
      },
      body: request.body === undefined ? null : JSON.stringify(request.body),
      redirect: 'manual',
      signal: controller.signal,
    });
    const text = await response.text();
    if (text.length > MAX_BYTES) {
      throw new QueryError(`The response of ${service.name} is too large`, 'Request fewer rows.', {
        code: 'TOO_LARGE',
      });
    }
    return { status: response.status, headers: response.headers, body: parse(text) };
  } catch (error) {
    if (error instanceof QueryError) throw error;
    throw unreachable(service, controller.signal.aborted, error);
  } finally {
    clearTimeout(timer);
  }
}

function urlOf(service: Service, request: ServiceRequest): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(request.query)) {
    for (const one of [value].flat()) query.append(name, one);
  }
  const text = query.toString();
  return `${service.baseUrl}${request.path}${text === '' ? '' : `?${text}`}`;
}

function parse(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text.slice(0, 500);
  }
}

function unreachable(service: Service, timedOut: boolean, error: unknown): QueryError {
  // Errors of another realm are no instances of this one's Error.
  const { message, cause } = (error ?? {}) as {
    message?: string;
    cause?: { code?: string; message?: string };
  };
  const reason = timedOut
    ? `No response within ${TIMEOUT_MS / 1000} seconds.`
    : `${cause?.code ?? cause?.message ?? message ?? 'The connection failed'}.`;
  return new QueryError(`${service.name} cannot be reached at ${service.baseUrl}`, reason, {
    code: 'UNREACHABLE',
  });
}

function isUnreachable(error: unknown): boolean {
  return error instanceof QueryError && (error.data as { code?: string }).code === 'UNREACHABLE';
}

/** Milliseconds until the request should be sent again; undefined when the answer is final. */
function pauseOf({ status, headers }: Answer, attempt: number): number | undefined {
  if (status !== 429 && status !== 502 && status !== 503 && status !== 504) return undefined;
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  const pause = Number.isFinite(seconds) ? seconds * 1000 : 200 * 2 ** attempt;
  return pause <= MAX_PAUSE_MS ? pause : undefined;
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
