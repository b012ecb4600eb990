import { z } from 'zod';
import { createHttpClient, OutsideCallError, type OutsideCallKind } from '../../platform/http-client.ts';
import { ModelError } from '../chat.ts';
import type { ModelFailureKind } from '../failures.ts';
import type { EmbeddingCall, Space } from './embedder.ts';
import { normalize, type Vectorizer } from './vectorizer.ts';

export interface RemoteOptions {
  apiKey: string;
  /** The provider's own unless said; with the version, such as `https://api.voyageai.com/v1`. */
  baseUrl?: string | undefined;
  model: string;
  dimensions: number;
  /** Milliseconds for one attempt. */
  timeoutMs: number;
}

/** What differs between two services that speak nearly the same. */
interface Dialect {
  provider: 'voyage' | 'openai';
  name: string;
  baseUrl: string;
  body(texts: readonly string[], options: RemoteOptions, inputType: EmbeddingCall['inputType']): object;
}

/** Both count a few hundred thousand tokens as too much for one request. */
const BATCH = { texts: 128, characters: 300_000 };

const answer = z.object({
  data: z.array(z.object({ index: z.number().int().min(0), embedding: z.array(z.number()) })),
  usage: z.object({ total_tokens: z.number().int().min(0) }).optional(),
});

/** @see https://docs.voyageai.com/reference/embeddings-api */
export function voyageVectorizer(options: RemoteOptions): Vectorizer {
  return remote(options, {
    provider: 'voyage',
    name: 'Voyage',
    baseUrl: 'https://api.voyageai.com/v1',
    body: (input, { model, dimensions }, inputType) => ({
      input,
      model,
      input_type: inputType,
      output_dimension: dimensions,
    }),
  });
}

/** @see https://platform.openai.com/docs/api-reference/embeddings */
export function openAiVectorizer(options: RemoteOptions): Vectorizer {
  return remote(options, {
    provider: 'openai',
    name: 'OpenAI',
    baseUrl: 'https://api.openai.com/v1',
    body: (input, { model, dimensions }) => ({ input, model, dimensions, encoding_format: 'float' }),
  });
}

function remote(options: RemoteOptions, { provider, name, baseUrl, body }: Dialect): Vectorizer {
  const { apiKey, model, dimensions, timeoutMs } = options;
  const space: Space = { provider, model, dimensions };
  const client = createHttpClient({
    name,
    baseUrl: options.baseUrl ?? baseUrl,
    bearer: apiKey,
    timeoutMs,
    retries: 1,
    breaker: { failures: 5, resetMs: 30_000 },
    maxBytes: 32_000_000,
  });
  return {
    space,
    batch: BATCH,
    isCached: true,
    vectors: async (texts, inputType, signal) => {
      const given = await client
        .postJson('/embeddings', {
          body: body(texts, options, inputType),
          schema: answer,
          repeatable: true,
          signal,
        })
        .catch((error: unknown) => {
          throw error instanceof OutsideCallError ? asModelError(error) : error;
        });
      const usage = { tokensIn: given.usage?.total_tokens ?? 0, tokensOut: 0 };
      const found = new Map(given.data.map(({ index, embedding }) => [index, embedding]));
      const vectors = texts.map((_text, index) => {
        const embedding = found.get(index);
        if (embedding?.length === dimensions) return normalize(Float32Array.from(embedding));
        const what = embedding ? `a vector of ${embedding.length} numbers` : 'no vector';
        throw new ModelError('out_of_schema', `${name} answered ${what} in place of ${dimensions}.`, usage);
      });
      return { vectors, tokensIn: usage.tokensIn };
    },
  };
}

const KINDS: Record<OutsideCallKind, ModelFailureKind> = {
  timeout: 'timeout',
  unreachable: 'unreachable',
  unauthorized: 'unauthorized',
  rate_limited: 'rate_limited',
  server_error: 'unreachable',
  bad_response: 'error',
  circuit_open: 'unreachable',
  not_found: 'error',
};

function asModelError(error: OutsideCallError): ModelError {
  return new ModelError(KINDS[error.kind], `${error.message}.`, undefined, error);
}
