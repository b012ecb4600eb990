import { z } from 'zod';
import { companyId } from '../../../../contract/company-id.ts';
import {
  createHttpClient,
  type HttpClientOptions,
  OutsideCallError,
} from '../../../../platform/http-client.ts';

export type SourceName = 'worksmart' | 'brainlift' | 'metrics';

export type ConnectorOptions = Pick<HttpClientOptions, 'baseUrl' | 'fetch' | 'sleep'> & {
  apiKey: string;
  /** For one attempt; default 5 s. */
  timeoutMs?: number;
  /** Further attempts after the first; default 2. */
  retries?: number;
  /** Default: opens after 5 failed attempts in a row, for 30 s. */
  breaker?: HttpClientOptions['breaker'];
  /** Default: 200 ms, doubling up to 5 s. */
  backoff?: NonNullable<HttpClientOptions['backoff']>;
};

/** A system that knows something about people's weeks. */
export type Source<Week> = {
  name: SourceName;
  /**
   * What the source knows about a builder's ISO week (e.g. `2026-W46`); null when it knows nothing of them.
   * Throws OutsideCallError, the signal's reason when aborted, RangeError for an id that no URL can carry.
   */
  weekOf(builderId: string, week: string, signal?: AbortSignal): Promise<Week | null>;
  /** Resolves when the source answers and takes the key; throws OutsideCallError otherwise. */
  ping(signal?: AbortSignal): Promise<void>;
  /** Whether calls go through at present: an `open` circuit refuses them without asking the source. */
  circuit(): 'closed' | 'open' | 'half_open';
};

/** What every week of every source says about itself. */
export const weekOfPerson = z.object({ builderId: companyId, week: z.string() });

/** The answer of `GET /v1/ping`. */
export const pong = z.object({ ok: z.literal(true) });

type Contract<Week> = {
  name: SourceName;
  /** The name people know. */
  label: string;
  /** The path between `/v1/` and the builder id. */
  collection: string;
  schema: z.ZodType<Week>;
};

/** A client for a source whose weeks are at `/v1/{collection}/{builderId}/weeks/{week}`. */
export function createSource<Week extends z.output<typeof weekOfPerson>>(
  { name, label, collection, schema }: Contract<Week>,
  options: ConnectorOptions,
): Source<Week> {
  const {
    apiKey,
    timeoutMs = 5_000,
    retries = 2,
    breaker = { failures: 5, resetMs: 30_000 },
    ...rest
  } = options;
  const client = createHttpClient({ ...rest, name: label, bearer: apiKey, timeoutMs, retries, breaker });

  async function weekOf(builderId: string, week: string, signal?: AbortSignal): Promise<Week | null> {
    const path = `/v1/${collection}/${segment(builderId)}/weeks/${segment(week)}`;
    const ofThisWeek = schema.refine((answer) => answer.builderId === builderId && answer.week === week, {
      error: 'it is about another person or week',
    });
    try {
      return await client.getJson(path, { schema: ofThisWeek, signal });
    } catch (error) {
      if (error instanceof OutsideCallError && error.kind === 'not_found') return null;
      throw error;
    }
  }

  return {
    name,
    weekOf,
    async ping(signal) {
      await client.getJson('/v1/ping', { schema: pong, signal });
    },
    circuit: client.circuit,
  };
}

/** A value as one segment of a path. URLs resolve `.` and `..` even when encoded, so those can't be sent. */
function segment(value: string): string {
  if (value === '' || value === '.' || value === '..') {
    throw new RangeError(`"${value}" cannot be asked for: it is no usable id or week`);
  }
  return encodeURIComponent(value);
}
