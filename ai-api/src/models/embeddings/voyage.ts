import { type RemoteOptions, remoteVectorizer } from './remote.ts';
import type { Vectorizer } from './vectorizer.ts';

const BASE_URL = 'https://api.voyageai.com/v1';
/**
 * Voyage reads 32,000 tokens of a text and cuts it there by itself; this many characters are more than that in
 * English and leave room for two such texts in a request.
 */
const MAX_CHARACTERS = 150_000;

/**
 * Vectors by Voyage's own client, which is imported at the first call. Its `VoyageAIClient` would run models such as
 * `voyage-4-nano` in this process; the one it is made of only asks the service.
 * @see https://docs.voyageai.com/reference/embeddings-api
 */
export function voyageVectorizer(options: RemoteOptions): Vectorizer {
  const { apiKey, baseUrl = BASE_URL, model, dimensions, timeoutMs } = options;
  return remoteVectorizer(options, {
    provider: 'voyage',
    name: 'Voyage',
    maxCharacters: MAX_CHARACTERS,
    ask: async (texts, inputType, { signal, fetch }) => {
      const { GeneratedVoyageAIClient, VoyageAIError } = await import('voyageai');
      const client = new GeneratedVoyageAIClient({ apiKey, baseUrl, fetch, maxRetries: 0 });
      const request = { input: [...texts], model, inputType, outputDimension: dimensions };
      try {
        return await client.embed(request, {
          abortSignal: signal,
          // The signal ends a request; the client's own timeout is reported as some failure or other.
          timeoutInSeconds: timeoutMs / 1000 + 1,
          maxRetries: 0,
        });
      } catch (error) {
        if (!(error instanceof VoyageAIError) || error.statusCode === undefined) throw error;
        const { statusCode: status, rawResponse } = error;
        throw Object.assign(new Error(`Voyage answered ${status}`), {
          status,
          headers: rawResponse?.headers,
        });
      }
    },
  });
}
