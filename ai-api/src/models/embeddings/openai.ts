import { type RemoteOptions, remoteVectorizer } from './remote.ts';
import type { Vectorizer } from './vectorizer.ts';

/** About the 8,192 tokens that its models read, in English; they refuse a longer text. */
const MAX_CHARACTERS = 30_000;

/**
 * Vectors by OpenAI's own client, the one beneath the chat adapter; it is imported at the first call.
 * @see https://platform.openai.com/docs/api-reference/embeddings
 */
export function openAiVectorizer(options: RemoteOptions & { fixedSize?: boolean }): Vectorizer {
  const { apiKey, baseUrl, model, dimensions, timeoutMs, fixedSize = false } = options;
  return remoteVectorizer(options, {
    provider: 'openai',
    name: 'OpenAI',
    maxCharacters: MAX_CHARACTERS,
    ask: async (texts, _inputType, { signal, fetch }) => {
      const { OpenAI } = await import('openai');
      const client = new OpenAI({ apiKey, baseURL: baseUrl, fetch, maxRetries: 0, timeout: timeoutMs });
      const size = fixedSize ? {} : { dimensions };
      const request = { input: [...texts], model, ...size, encoding_format: 'float' as const };
      const { data, usage } = await client.embeddings.create(request, { signal });
      return { data, usage: usage && { totalTokens: usage.total_tokens } };
    },
  });
}
