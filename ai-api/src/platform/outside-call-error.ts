/** Why a call to another service gave nothing we can use. */
export type OutsideCallKind =
  | 'timeout'
  | 'unreachable'
  | 'unauthorized'
  | 'rate_limited'
  | 'server_error'
  | 'bad_response'
  | 'circuit_open'
  | 'not_found';

const RETRYABLE: ReadonlySet<OutsideCallKind> = new Set([
  'timeout',
  'unreachable',
  'rate_limited',
  'server_error',
  'circuit_open',
]);

export type OutsideCallDetails = {
  status?: number | undefined;
  retryAfterMs?: number | undefined;
  cause?: unknown;
};

/**
 * A call to another service that failed. The message is one plain line for a person, begins with the service's name
 * and never holds a key. `status` is the HTTP status, if there was one; `retryAfterMs` what the service asked for in
 * Retry-After. `retryable` says that the cause may pass by itself; whether the same request may be sent twice is for
 * the caller to know.
 */
export class OutsideCallError extends Error {
  override readonly name = 'OutsideCallError';
  readonly kind: OutsideCallKind;
  readonly service: string;
  readonly status: number | undefined;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;

  constructor(kind: OutsideCallKind, service: string, problem: string, details: OutsideCallDetails = {}) {
    super(`${service} ${problem}`, details.cause === undefined ? {} : { cause: details.cause });
    this.kind = kind;
    this.service = service;
    this.status = details.status;
    this.retryable = RETRYABLE.has(kind);
    this.retryAfterMs = details.retryAfterMs;
  }
}

/** The error for an answer whose status is not 2xx. */
export function refusal(service: string, response: Response): OutsideCallError {
  const { status } = response;
  const error = (kind: OutsideCallKind, problem: string) =>
    new OutsideCallError(kind, service, problem, { status, retryAfterMs: retryAfterOf(response) });
  if (status === 401 || status === 403) return error('unauthorized', `refused the API key (${status})`);
  if (status === 404) return error('not_found', 'has nothing at this address (404)');
  if (status === 429) return error('rate_limited', 'asks us to call less often (429)');
  if (status >= 500) return error('server_error', `failed on its side (${status})`);
  return error('bad_response', `sent an unexpected response (${status})`);
}

/** Retry-After (RFC 9110, 10.2.3: seconds or an HTTP date) in milliseconds from now; undefined if there is none. */
function retryAfterOf(response: Response): number | undefined {
  const value = response.headers.get('retry-after')?.trim();
  if (!value) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens at its address',
  ENOTFOUND: 'its host name is unknown',
  EAI_AGAIN: 'its host name could not be looked up',
  ECONNRESET: 'the connection broke',
  UND_ERR_SOCKET: 'the connection broke',
};

/** The error for a connection that could not be made or broke, from what `fetch` threw. */
export function unreachable(service: string, error: unknown): OutsideCallError {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const reason = REASONS[code] ?? (code || 'the connection failed');
  return new OutsideCallError('unreachable', service, `could not be reached: ${reason}`, { cause: error });
}
