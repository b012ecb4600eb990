import type { KeySet } from './verify.ts';

/** What the API says of a seat. */
export interface SeatAnswer {
  code: string;
  sessionId: string;
  licenceId: string;
  state: string;
  token: string | null;
  expiresAt: string;
  heartbeatAfterSeconds: number;
  serverTime: string;
  seats: { used: number; max: number; waiting: number };
  position: number | null;
}

/** A refusal, by the stable code of the API; `OFFLINE`, `CLOCK` and `TOKEN_REFUSED` are the client's own. */
export class LicenceError extends Error {
  readonly code: string;
  readonly status: number;
  /** Seconds after which another try makes sense; null when none does. */
  readonly retryAfter: number | null;
  /** Seats in use, with a refusal for want of seats. */
  readonly seats: { used: number; max: number } | null;

  constructor(
    code: string,
    message: string,
    status = 0,
    retryAfter: number | null = null,
    seats: LicenceError['seats'] = null,
  ) {
    super(message);
    this.name = 'LicenceError';
    this.code = code;
    this.status = status;
    this.retryAfter = retryAfter;
    this.seats = seats;
  }
}

/** Whether an error says "not now": the server could not be reached, or is busy. */
export function isPassing(error: unknown): boolean {
  return error instanceof LicenceError && (error.status === 0 || error.status === 429 || error.status >= 500);
}

/** Requests to the API. @throws {LicenceError} */
export function createHttp(baseUrl: string, timeoutMs: number) {
  const root = baseUrl.replace(/\/$/, '');

  async function send<T>(
    method: string,
    path: string,
    bearer: string | null,
    body?: object,
    { timeout = timeoutMs, headers = {} }: { timeout?: number; headers?: Record<string, string> } = {},
  ): Promise<T> {
    const unreachable = (cause: unknown): never => {
      throw new LicenceError('OFFLINE', `The licence server does not answer: ${String(cause)}`);
    };
    const response = await fetch(root + path, {
      method,
      headers: {
        accept: 'application/json',
        ...(bearer ? { authorization: `Bearer ${bearer}` } : {}),
        ...(body ? { 'content-type': 'application/json' } : {}),
        ...headers,
      },
      body: body ? JSON.stringify(body) : null,
      signal: AbortSignal.timeout(timeout),
    }).catch(unreachable);
    const text = await response.text().catch(unreachable);
    const answer = parse(text);
    if (response.ok && typeof answer === 'object' && answer !== null) return answer as T;
    const { code, detail, title, seats } = (answer ?? {}) as {
      code?: string;
      detail?: string;
      title?: string;
      seats?: { used: number; max: number };
    };
    // A page of a hotel's network or an error of a proxy is not a word of the licence server.
    if (code === undefined) return unreachable(`another server answered with status ${response.status}`);
    const after = Number(response.headers.get('retry-after'));
    const message = `${title ?? 'The licence server refused'}${detail ? `: ${detail}` : ''}`;
    throw new LicenceError(code, message, response.status, after > 0 ? after : null, seats ?? null);
  }

  return {
    /** @param attempt names the request: repeated, it gets the same session */
    acquire: (key: string, body: object, attempt: string) =>
      send<SeatAnswer>('POST', '/api/v1/licenses/acquire', key, body, {
        headers: { 'idempotency-key': attempt },
      }),
    heartbeat: (token: string, body: object) =>
      send<SeatAnswer>('POST', '/api/v1/licenses/heartbeat', token, body),
    borrow: (token: string, body: object) => send<SeatAnswer>('POST', '/api/v1/licenses/borrow', token, body),
    giveBack: (token: string, body: object) =>
      send<SeatAnswer>('POST', '/api/v1/licenses/return', token, body),
    release: (token: string, body: object, timeout: number) =>
      send<{ state: string }>('POST', '/api/v1/licenses/release', token, body, { timeout }),
    keys: () => send<KeySet>('GET', '/.well-known/jwks.json', null),
  };
}

export type Http = ReturnType<typeof createHttp>;

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
