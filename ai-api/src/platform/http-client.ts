import { setTimeout as pause } from 'node:timers/promises';
import { SpanStatusCode } from '@opentelemetry/api';
import {
  BrokenCircuitError,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  halfJitterGenerator,
  handleType,
  TimeoutStrategy,
  timeout,
} from 'cockatiel';
import type { z } from 'zod';
import { OutsideCallError, type OutsideCallKind, refusal, unreachable } from './outside-call-error.ts';
import { inSpan, traceHeaders } from './telemetry/tracing/index.ts';

export { OutsideCallError, type OutsideCallKind } from './outside-call-error.ts';

export type HttpClientOptions = {
  /** The service's name as people know it; every error message begins with it. */
  name: string;
  /** An http(s) URL, with or without a path; what is called is this plus the call's path. */
  baseUrl: string;
  /** Sent as `Authorization: Bearer <key>`. */
  bearer?: string;
  /** For one attempt, from connecting to the last byte of the body. */
  timeoutMs: number;
  /** Further attempts after the first. */
  retries: number;
  /** Opens after so many failed attempts in a row; lets one attempt through `resetMs` later. */
  breaker: { failures: number; resetMs: number };
  /** Pauses between attempts: from `initialMs`, doubling up to `maxMs`, each shortened by up to half at random. */
  backoff?: { initialMs: number; maxMs: number };
  /** A longer Retry-After than this is not waited for: the call fails at once. Default 30 s. */
  maxRetryAfterMs?: number;
  /** Longest body that is read, decompressed, in bytes. Default 1 MB. */
  maxBytes?: number;
  fetch?: typeof globalThis.fetch;
  /** Waits between attempts; rejects when the signal aborts. */
  sleep?: (ms: number, signal?: AbortSignal) => Promise<unknown>;
};

export type GetOptions<T> = { schema: z.ZodType<T>; signal?: AbortSignal | undefined };

/** `repeatable` says that sending the request twice does no harm; only then is it retried. */
export type PostOptions<T> = GetOptions<T> & {
  body: unknown;
  headers?: Record<string, string>;
  repeatable?: boolean;
};

export type HttpClient = {
  /**
   * Gets JSON and checks it against the schema. `path` begins with `/`; its segments are already encoded.
   * Throws OutsideCallError; when the caller aborts, the signal's reason, at once.
   */
  getJson<T>(path: string, options: GetOptions<T>): Promise<T>;
  /** Posts JSON and checks the JSON answer; path and errors as for `getJson`. */
  postJson<T>(path: string, options: PostOptions<T>): Promise<T>;
  /** Stays `open` until the first call after `resetMs`. */
  circuit(): 'closed' | 'open' | 'half_open';
};

type Call<T> = {
  url: string;
  init: RequestInit;
  schema: z.ZodType<T>;
  signal?: AbortSignal | undefined;
  retries: number;
};
type Received = { response: Response; body: Uint8Array | undefined };
type Outcome<T> = { value: T } | OutsideCallError;

/** What speaks against the service as a whole; a refusal or a bad answer shows that it is alive. */
const TRIPS_BREAKER: ReadonlySet<OutsideCallKind> = new Set(['timeout', 'unreachable', 'server_error']);

const CIRCUITS = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.Open]: 'open',
  [CircuitState.Isolated]: 'open',
  [CircuitState.HalfOpen]: 'half_open',
} as const;

/**
 * A client for one outside service: per-attempt timeout, bounded retries with exponential backoff and jitter that
 * honour Retry-After, one circuit breaker for all calls of this client, bounded bodies, no redirects.
 * Throws an Error for a base URL or a key that cannot be used.
 */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const {
    name,
    timeoutMs,
    maxRetryAfterMs = 30_000,
    maxBytes = 1_000_000,
    fetch = globalThis.fetch,
  } = options;
  const { backoff = { initialMs: 200, maxMs: 5_000 }, sleep = sleepFor } = options;
  const base = checkedBase(name, options.baseUrl);
  const host = new URL(base).hostname;
  const headers = {
    accept: 'application/json',
    'user-agent': 'ai-manager',
    ...authorization(name, options.bearer),
  };
  const pauses = new ExponentialBackoff({
    generator: halfJitterGenerator,
    initialDelay: backoff.initialMs,
    maxDelay: backoff.maxMs,
  });
  const limit = timeout(timeoutMs, TimeoutStrategy.Cooperative);
  const breaker = circuitBreaker(handleType(OutsideCallError), {
    halfOpenAfter: options.breaker.resetMs,
    breaker: new ConsecutiveBreaker(options.breaker.failures),
  });

  // cockatiel's own retry cannot be woken from its pause by an abort.
  async function withRetries<T>(call: Call<T>): Promise<T> {
    let failure: OutsideCallError | undefined;
    let step = pauses.next();
    for (let left = call.retries; ; left--) {
      call.signal?.throwIfAborted();
      const outcome = await throughBreaker(call);
      if (!(outcome instanceof OutsideCallError)) return outcome.value;
      // This very call may have opened the circuit: then its own failure says more.
      if (outcome.kind === 'circuit_open') throw failure ?? outcome;
      failure = outcome;
      const asked = failure.retryAfterMs ?? 0;
      if (left <= 0 || !failure.retryable || asked > maxRetryAfterMs) throw failure;
      await sleep(Math.max(asked, step.duration), call.signal);
      step = step.next(undefined);
    }
  }

  async function throughBreaker<T>(call: Call<T>): Promise<Outcome<T>> {
    const work = breaker.execute(async () => {
      // The attempt that probes a half-open circuit runs to its end: the breaker would take an abort for a success.
      const isProbe = breaker.state === CircuitState.HalfOpen;
      const received = await receive(call, isProbe ? undefined : call.signal);
      const outcome = received instanceof OutsideCallError ? received : answer(received, call.schema);
      if (outcome instanceof OutsideCallError && TRIPS_BREAKER.has(outcome.kind)) throw outcome;
      return outcome;
    }, call.signal);
    try {
      return await untilAborted(work, call.signal);
    } catch (error) {
      call.signal?.throwIfAborted();
      if (error instanceof OutsideCallError) return error;
      if (!(error instanceof BrokenCircuitError)) throw error;
      return new OutsideCallError(
        'circuit_open',
        name,
        'failed several times in a row and is not called for a while',
      );
    }
  }

  function receive<T>(call: Call<T>, signal: AbortSignal | undefined): Promise<Received | OutsideCallError> {
    const { method = 'GET' } = call.init;
    const attributes = { 'http.request.method': method, 'server.address': host, 'peer.service': name };
    return inSpan(`${method} ${name}`, { kind: 'client', attributes }, async (span) => {
      const received = await attempt(call, signal);
      if (received instanceof OutsideCallError) {
        span?.setAttribute('error.type', received.kind);
        span?.setStatus({ code: SpanStatusCode.ERROR });
      } else span?.setAttribute('http.response.status_code', received.response.status);
      return received;
    });
  }

  function attempt<T>(call: Call<T>, signal: AbortSignal | undefined): Promise<Received | OutsideCallError> {
    return limit.execute(async ({ signal: inner }) => {
      try {
        const sent = { ...(call.init.headers as Record<string, string>), ...traceHeaders() };
        const response = await fetch(call.url, {
          ...call.init,
          headers: sent,
          redirect: 'manual',
          signal: inner,
        });
        if (response.ok) return { response, body: await readBody(response, maxBytes) };
        await response.body?.cancel();
        return refusal(name, response);
      } catch (error) {
        signal?.throwIfAborted();
        if (!inner.aborted) return unreachable(name, error);
        return new OutsideCallError('timeout', name, `did not answer within ${timeoutMs / 1000} s`);
      }
    }, signal);
  }

  function answer<T>({ response, body }: Received, schema: z.ZodType<T>): Outcome<T> {
    const bad = (problem: string) =>
      new OutsideCallError('bad_response', name, conceal(problem, options.bearer), {
        status: response.status,
      });
    if (body === undefined) return bad(`sent more than ${maxBytes} bytes`);
    const json = parseJson(body);
    if (json === undefined) return bad('sent something that is not JSON');
    const parsed = schema.safeParse(json.value);
    if (parsed.success) return { value: parsed.data };
    const [issue] = parsed.error.issues;
    const place = issue?.path.length ? `"${issue.path.map(String).join('.')}"` : 'the whole of it';
    return bad(`sent an answer that breaks the contract at ${place}: ${issue?.message ?? 'not valid'}`);
  }

  return {
    async getJson(path, { schema, signal }) {
      return withRetries({ url: base + path, init: { headers }, schema, signal, retries: options.retries });
    },
    async postJson(path, { body, schema, signal, headers: extra, repeatable = false }) {
      const sent = { ...extra, ...headers, 'content-type': 'application/json' };
      const init = { method: 'POST', headers: sent, body: JSON.stringify(body) };
      return withRetries({
        url: base + path,
        init,
        schema,
        signal,
        retries: repeatable ? options.retries : 0,
      });
    },
    circuit: () => CIRCUITS[breaker.state],
  };
}

/** The body; undefined when it is longer than `maxBytes`, of which no more is then read. */
async function readBody(response: Response, maxBytes: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parseJson(body: Uint8Array): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) };
  } catch {
    return undefined;
  }
}

/** One line, without the key even where an answer echoes it. */
function conceal(problem: string, key: string | undefined): string {
  const line = problem.replaceAll(/\s+/g, ' ');
  return (key ? line.replaceAll(key, '[key]') : line).slice(0, 300);
}

function checkedBase(service: string, baseUrl: string): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  const isBare = url && !url.username && !url.password && !url.search && !url.hash;
  if (!isBare || !['http:', 'https:'].includes(url.protocol)) {
    throw new Error(`the base URL of ${service} must be an http(s) URL without user name, query or fragment`);
  }
  return url.href.replace(/\/+$/, '');
}

function authorization(service: string, key: string | undefined): { authorization?: string } {
  if (key === undefined) return {};
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw new Error(
      `the API key of ${service} is empty or holds spaces, line breaks or letters beyond ASCII`,
    );
  }
  return { authorization: `Bearer ${key}` };
}

async function sleepFor(ms: number, signal?: AbortSignal): Promise<void> {
  await pause(ms, undefined, signal ? { signal } : {}).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw error;
  });
}

/** Follows a promise until the signal aborts; then rejects with its reason while the work goes on unheard. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
