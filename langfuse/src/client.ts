import { setTimeout as pause } from 'node:timers/promises';
import type { LangfuseClient as Sdk } from '@langfuse/client';
import { z } from 'zod';
import { LangfuseError, toLangfuseError } from './error.ts';

export { LangfuseError } from './error.ts';

export interface LangfuseOptions {
  baseUrl: string;
  publicKey: string;
  secretKey: string;
  /** For one attempt, from connecting to the last byte. */
  fetchTimeoutMs: number;
  /** Further attempts after one that timed out, broke off or was answered by 429 or 5xx. */
  maxRetries: number;
}

/** Langfuse's public interface, an object for each kind of thing, as `@langfuse/client` has it. */
export type LangfuseApi = Sdk['api'];

/** What every request of the SDK has to be given: without it a hanging server is waited for for a minute. */
export interface RequestLimits {
  timeoutInSeconds: number;
  maxRetries: 0;
  abortSignal: AbortSignal;
}

/** A request of the SDK under way. */
export interface Pending {
  withRawResponse(): Promise<{ data: unknown; rawResponse: { redirected: boolean } }>;
}

interface Call<T> {
  /** What the request does, to follow "Langfuse could not": `list prompts`. */
  what: string;
  request: (api: LangfuseApi, limits: RequestLimits) => Pending;
  schema: z.ZodType<T>;
  /** Whether it may be done twice: then it is tried again when its answer was lost. */
  isIdempotent: boolean;
}

/** Requests to Langfuse with limits. Both functions throw {@link LangfuseError}. */
export interface LangfuseClient {
  send<T>(call: Call<T>): Promise<T>;
  /** Every item of a list that is read page by page. */
  all<T>(
    what: string,
    item: z.ZodType<T>,
    request: (api: LangfuseApi, page: { page: number; limit: number }, limits: RequestLimits) => Pending,
  ): Promise<T[]>;
}

const MAX_PAUSE_MS = 5_000;
const PAGE_SIZE = 100;
const MAX_PAGES = 1_000;

/**
 * `@langfuse/client` for Langfuse 4, with a time limit for every attempt and with retries of our own. The SDK is
 * loaded by the first request.
 */
export function createLangfuseClient(options: LangfuseOptions): LangfuseClient {
  const { fetchTimeoutMs, maxRetries } = options;
  let loading: Promise<LangfuseApi> | null = null;

  async function attempt<T>({ what, request, schema }: Call<T>): Promise<T> {
    loading ??= load(options);
    const api = await loading;
    const abortSignal = AbortSignal.timeout(fetchTimeoutMs);
    const limits: RequestLimits = {
      // The SDK's limit ends with the headers; the signal covers the body too, and is the one that fires.
      timeoutInSeconds: fetchTimeoutMs / 1_000 + 1,
      maxRetries: 0,
      abortSignal,
    };
    const answer = await request(api, limits)
      .withRawResponse()
      .catch((error: unknown) => {
        throw toLangfuseError(what, error, abortSignal.aborted ? fetchTimeoutMs : null);
      });
    if (answer.rawResponse.redirected)
      throw new LangfuseError(`Langfuse redirected the request to ${what}: check its address`, 422);
    const parsed = schema.safeParse(answer.data);
    if (parsed.success) return parsed.data;
    throw new LangfuseError(`Langfuse returned an unexpected response to the request to ${what}`, 422);
  }

  async function send<T>(call: Call<T>): Promise<T> {
    for (let retry = 0; ; retry++) {
      try {
        return await attempt(call);
      } catch (error) {
        const mayRepeat = error instanceof LangfuseError && error.isTemporary && call.isIdempotent;
        if (retry >= maxRetries || !mayRepeat) throw error;
        await pause(Math.min(MAX_PAUSE_MS, 200 * 2 ** retry) * (0.5 + Math.random() / 2));
      }
    }
  }

  const all: LangfuseClient['all'] = async (what, item, request) => {
    const schema = z.object({ data: z.array(item), meta: z.object({ totalPages: z.number() }) });
    const items = [];
    for (let page = 1; page <= MAX_PAGES; page++) {
      const { data, meta } = await send({
        what,
        request: (api, limits) => request(api, { page, limit: PAGE_SIZE }, limits),
        schema,
        isIdempotent: true,
      });
      items.push(...data);
      if (page >= meta.totalPages) return items;
    }
    throw new LangfuseError(`Langfuse returned more than ${MAX_PAGES} pages to the request to ${what}`, 422);
  };

  return { send, all };
}

async function load({ baseUrl, publicKey, secretKey }: LangfuseOptions): Promise<LangfuseApi> {
  const { LangfuseClient } = await import('@langfuse/client');
  return new LangfuseClient({ baseUrl, publicKey, secretKey }).api;
}
