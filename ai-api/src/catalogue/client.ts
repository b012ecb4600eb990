import type { z } from 'zod';
import { locationOf, type Operation } from '../contract/operation.ts';
import { type ProblemDocument, problemDocument } from '../contract/schemas.ts';
import type { resources } from './index.ts';

/** A problem that the API answered, or that kept it from answering (`document` is then undefined). */
export class ApiError extends Error {
  readonly status: number;
  readonly document: ProblemDocument | undefined;

  constructor(message: string, status: number, document?: ProblemDocument, cause?: unknown) {
    super(message, { cause });
    this.name = 'ApiError';
    this.status = status;
    this.document = document;
  }

  get code(): string | undefined {
    return this.document?.code;
  }
}

export interface ClientOptions {
  /** Root of the API, for example `http://127.0.0.1:8000`. */
  baseUrl: string;
  apiKey?: string;
  /** E-mail address or id of the person whom the key acts for. */
  actingFor?: string;
  /** Milliseconds for one call. Defaults to 30 000. */
  timeoutMs?: number;
}

export interface CallOptions {
  idempotencyKey?: string;
  signal?: AbortSignal;
}

type Call<Op> =
  Op extends Operation<infer I, infer O>
    ? (input: z.input<I>, options?: CallOptions) => Promise<z.output<O>>
    : never;
type Resources = typeof resources;

/** The API as typed functions: `client.evaluation.startWeekly({ week })`. */
export type Client = {
  [R in keyof Resources]: {
    [K in keyof Resources[R]['operations']]: Call<Resources[R]['operations'][K]>;
  };
};

/**
 * Makes a typed client from contracts. Every answer is parsed by the operation's output schema. Calls
 * reject with {@link ApiError}, also when an answer breaks the contract, and with RangeError for a path
 * parameter that no URL can carry.
 */
export function createClient(contracts: Resources, options: ClientOptions): Client {
  const entries = Object.entries(contracts).map(([resourceId, contract]) => {
    const calls = Object.entries(contract.operations as Record<string, Operation>).map(([key, op]) => [
      key,
      (input: Record<string, unknown>, call?: CallOptions) => send(op, input, options, call),
    ]);
    return [resourceId, Object.fromEntries(calls)];
  });
  return Object.fromEntries(entries) as Client;
}

async function send(
  op: Operation,
  input: Record<string, unknown>,
  options: ClientOptions,
  call?: CallOptions,
) {
  const { url, body } = encode(op, input, options.baseUrl);
  const timeout = AbortSignal.timeout(options.timeoutMs ?? 30_000);
  const failed = (what: string, status: number) => (cause: unknown) => {
    throw new ApiError(`${op.method} ${url.pathname}: ${what}`, status, undefined, cause);
  };
  const response = await fetch(url, {
    method: op.method,
    headers: {
      accept: 'application/json',
      ...(options.apiKey ? { authorization: `Bearer ${options.apiKey}` } : {}),
      ...(options.actingFor ? { 'ai-manager-acting-for': options.actingFor } : {}),
      ...(body ? { 'content-type': 'application/json' } : {}),
      ...(call?.idempotencyKey ? { 'idempotency-key': call.idempotencyKey } : {}),
    },
    body: body ?? null,
    signal: call?.signal ? AbortSignal.any([call.signal, timeout]) : timeout,
  }).catch(failed('the API did not answer', 0));
  const text = await response.text().catch(failed('the answer broke off', response.status));
  if (!response.ok) throw problemFrom(op, url, response.status, text);
  try {
    return op.output.parse(text === '' ? undefined : JSON.parse(text));
  } catch (cause) {
    return failed('the answer breaks the contract', response.status)(cause);
  }
}

function encode(op: Operation, input: Record<string, unknown>, baseUrl: string) {
  let path = op.path;
  const query = new URLSearchParams();
  const body: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(input)) {
    if (value === undefined) continue;
    const location = locationOf(op, name);
    if (location === 'path') path = path.replace(`{${name}}`, segment(name, String(value)));
    else if (location === 'query') query.set(name, String(value));
    else body[name] = value;
  }
  const url = new URL(baseUrl.replace(/\/$/, '') + path);
  url.search = query.toString();
  const hasBody = op.method !== 'GET' && op.method !== 'DELETE';
  return { url, body: hasBody ? JSON.stringify(body) : undefined };
}

/** URLs resolve `.` and `..` even when encoded, so a path with them would be another path. */
function segment(name: string, value: string): string {
  if (value === '' || value === '.' || value === '..') throw new RangeError(`${name} must not be "${value}"`);
  return encodeURIComponent(value);
}

function problemFrom(op: Operation, url: URL, status: number, text: string): ApiError {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return new ApiError(`${op.method} ${url.pathname}: HTTP ${status}`, status);
  }
  const parsed = problemDocument.safeParse(json);
  if (!parsed.success) return new ApiError(`${op.method} ${url.pathname}: HTTP ${status}`, status);
  return new ApiError(`${parsed.data.title}: ${parsed.data.detail}`, status, parsed.data);
}
