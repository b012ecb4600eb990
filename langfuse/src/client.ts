import { setTimeout as pause } from 'node:timers/promises';
import type { z } from 'zod';

export interface LangfuseOptions {
  baseUrl: string;
  publicKey: string;
  secretKey: string;
  /** For one attempt, from connecting to the last byte. */
  fetchTimeoutMs: number;
  /** Further attempts after one that timed out, broke off or was answered by 429 or 5xx. */
  maxRetries: number;
  fetch?: typeof globalThis.fetch;
}

/** Langfuse did not do what was asked. `status` is null when it gave no answer. */
export class LangfuseError extends Error {
  readonly status: number | null;

  constructor(message: string, status: number | null, cause?: unknown) {
    super(message, { cause });
    this.name = 'LangfuseError';
    this.status = status;
  }

  /** Whether the same request may be answered otherwise later. */
  get isTemporary(): boolean {
    return this.status === null || this.status === 429 || this.status >= 500;
  }
}

interface Request<T> {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below `/api/public`, with its segments encoded. */
  path: string;
  body?: unknown;
  schema: z.ZodType<T>;
  /** False for what must not be done twice: a POST whose answer was lost is then not repeated. */
  repeatable?: boolean;
}

export type LangfuseClient = ReturnType<typeof createLangfuseClient>;

const LONGEST_PAUSE_MS = 5_000;

/**
 * The public REST interface of Langfuse 4. Every attempt has its own time limit: the client that Langfuse offers
 * waits a minute for a server that hangs unless each call says otherwise.
 */
export function createLangfuseClient(options: LangfuseOptions) {
  const { baseUrl, publicKey, secretKey, fetchTimeoutMs, maxRetries, fetch = globalThis.fetch } = options;
  const root = `${baseUrl.replace(/\/+$/, '')}/api/public`;
  const authorization = `Basic ${Buffer.from(`${publicKey}:${secretKey}`).toString('base64')}`;

  async function attempt<T>({ method, path, body, schema }: Request<T>): Promise<T> {
    const response = await fetch(`${root}${path}`, {
      method,
      headers: {
        authorization,
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? null : JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.timeout(fetchTimeoutMs),
    });
    const text = await response.text();
    if (!response.ok) throw new LangfuseError(refusal(method, path, response.status, text), response.status);
    const parsed = schema.safeParse(jsonOf(text));
    if (parsed.success) return parsed.data;
    throw new LangfuseError(`Langfuse gave an answer to ${method} ${path} that we do not expect`, 422);
  }

  /** @throws {LangfuseError} */
  async function send<T>(request: Request<T>): Promise<T> {
    for (let left = maxRetries; ; left--) {
      const failure = await attempt(request).then(
        (value) => ({ value }),
        (error: unknown) => toLangfuseError(error, fetchTimeoutMs),
      );
      if (!(failure instanceof LangfuseError)) return failure.value;
      const mayRepeat = request.repeatable ?? request.method !== 'POST';
      if (left <= 0 || !failure.isTemporary || !mayRepeat) throw failure;
      await pause(Math.min(LONGEST_PAUSE_MS, 200 * 2 ** (maxRetries - left)) * (0.5 + Math.random() / 2));
    }
  }

  /** Every item of a paged list. @throws {LangfuseError} */
  async function all<T>(
    path: string,
    page: z.ZodType<{ data: T[]; meta: { totalPages: number } }>,
  ): Promise<T[]> {
    const items: T[] = [];
    for (let number = 1; ; number++) {
      const separator = path.includes('?') ? '&' : '?';
      const request = {
        method: 'GET',
        path: `${path}${separator}page=${number}&limit=100`,
        schema: page,
      } as const;
      const { data, meta } = await send(request);
      items.push(...data);
      if (number >= meta.totalPages) return items;
    }
  }

  return { send, all };
}

function jsonOf(text: string): unknown {
  try {
    return text === '' ? {} : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What a person can act on: Langfuse's own message, never a body of ours. */
function refusal(method: string, path: string, status: number, text: string): string {
  if (status === 401 || status === 403) return `Langfuse refused the keys (${status})`;
  const { message } = (jsonOf(text) ?? {}) as { message?: unknown };
  const said = typeof message === 'string' ? `: ${message.slice(0, 300)}` : '';
  return `Langfuse refused ${method} ${path} (${status})${said}`;
}

function toLangfuseError(error: unknown, timeoutMs: number): LangfuseError {
  if (error instanceof LangfuseError) return error;
  const isTimeout = error instanceof Error && error.name === 'TimeoutError';
  const what = isTimeout ? `did not answer within ${timeoutMs} ms` : 'could not be reached';
  return new LangfuseError(`Langfuse ${what}`, null, error);
}
