import { BrokenCircuitError, ConsecutiveBreaker, circuitBreaker, handleWhen } from 'cockatiel';
import { z } from 'zod';
import { ModelError } from '../chat.ts';
import { classify, ProviderError } from '../provider-error.ts';
import { rest, speaksAgainstProvider } from '../route.ts';
import { boundedFetch } from './bounded-fetch.ts';
import type { EmbeddingCall, Space } from './embedder.ts';
import { normalize, type Vectorizer } from './vectorizer.ts';

export interface RemoteOptions {
  apiKey: string;
  /** The provider's own by default; with the version, such as `https://api.voyageai.com/v1`. */
  baseUrl?: string | undefined;
  model: string;
  dimensions: number;
  /** Milliseconds for one attempt, to the last byte. */
  timeoutMs: number;
}

/** One service through its own client. */
export interface EmbeddingService {
  provider: 'voyage' | 'openai';
  /** As people know it. */
  name: string;
  /** Longest text that is sent, in characters. */
  maxCharacters: number;
  /**
   * One request, without retries.
   * @param fetch what the client has to use
   * @returns {z.input<typeof answer>} unchecked
   */
  ask(
    texts: readonly string[],
    inputType: EmbeddingCall['inputType'],
    via: { signal: AbortSignal; fetch: typeof globalThis.fetch },
  ): Promise<unknown>;
}

/** Both services count a few hundred thousand tokens as too much for one request. */
const BATCH = { texts: 128, characters: 300_000 };
const MAX_BYTES = 32_000_000;
const ATTEMPTS = 2;
/** Between attempts, in milliseconds; a longer Retry-After than the last is not waited for. */
const PAUSE = { min: 200, max: 30_000 };

const answer = z.object({
  data: z.array(z.object({ index: z.number().int().min(0), embedding: z.array(z.number()) })),
  usage: z.object({ totalTokens: z.number().int().min(0) }).optional(),
});

/**
 * Vectors by a service: what it answers is bounded and checked (one vector for each text, by its index, of the length
 * that was asked for, finite numbers), what may pass is asked once more, and after five failures in a row the service
 * is left alone for 30 s.
 */
export function remoteVectorizer(
  { model, dimensions, timeoutMs }: RemoteOptions,
  { provider, name, maxCharacters, ask }: EmbeddingService,
): Vectorizer {
  const space: Space = { provider, model, dimensions };
  const bounded = boundedFetch(MAX_BYTES);
  const breaker = circuitBreaker(handleWhen(speaksAgainstProvider), {
    halfOpenAfter: 30_000,
    breaker: new ConsecutiveBreaker(5),
  });

  async function attempt(
    texts: readonly string[],
    inputType: EmbeddingCall['inputType'],
    signal: AbortSignal | undefined,
  ) {
    const timeout = AbortSignal.timeout(timeoutMs);
    // Voyage's client keeps only the words of what `fetch` throws, and then leaves its timer running.
    let thrown: unknown;
    const fetch: typeof globalThis.fetch = (input, init) =>
      bounded(input, init).catch((error: unknown) => {
        thrown = error;
        return new Response(null, { status: 504 });
      });
    try {
      const own = signal ? AbortSignal.any([timeout, signal]) : timeout;
      return vectorsIn(await ask(texts, inputType, { signal: own, fetch }), texts.length);
    } catch (error) {
      signal?.throwIfAborted();
      throw error instanceof ModelError ? error : classify(thrown ?? error, timeout.aborted);
    }
  }

  /** @throws {ModelError} with what the answer cost */
  function vectorsIn(given: unknown, count: number) {
    const parsed = answer.safeParse(given);
    if (!parsed.success) throw new ModelError('error', `${name} sent an unreadable response.`);
    const { data, usage } = parsed.data;
    const tokensIn = usage?.totalTokens ?? 0;
    const found = new Map(data.map(({ index, embedding }) => [index, embedding]));
    const bad = (what: string) =>
      new ModelError('out_of_schema', `${name} answered ${what}.`, { tokensIn, tokensOut: 0 });
    if (data.length !== count || found.size !== count)
      throw bad(`${data.length} vectors in place of ${count}`);
    const vectors = Array.from({ length: count }, (_, index) => {
      const embedding = found.get(index);
      if (!embedding) throw bad(`no vector for text ${index}`);
      if (embedding.length !== dimensions)
        throw bad(`a vector of ${embedding.length} numbers in place of ${dimensions}`);
      return normalize(Float32Array.from(embedding));
    });
    return { vectors, tokensIn };
  }

  return {
    space,
    batch: BATCH,
    maxCharacters,
    isCached: true,
    vectors: async (texts, inputType, signal) => {
      for (let number = 1; ; number++) {
        try {
          return await breaker.execute(() => attempt(texts, inputType, signal));
        } catch (error) {
          if (error instanceof BrokenCircuitError)
            throw new ModelError(
              'unreachable',
              `${name} failed several times in a row and is not called for a while.`,
            );
          const mayPass = error instanceof ProviderError && error.passes && error.retryAfterMs <= PAUSE.max;
          if (!mayPass || number === ATTEMPTS) throw error;
          await rest(Math.max(error.retryAfterMs, PAUSE.min * (1 + Math.random())), signal);
        }
      }
    },
  };
}
