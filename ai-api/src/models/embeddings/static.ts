import type { Space } from './embedder.ts';
import { placeOf, type StaticWords, staticWords } from './static-words.ts';
import { normalize, type Vectorizer } from './vectorizer.ts';

/** Static word vectors of English: needs no key and no network, and knows words, not sentences. */
export const STATIC_SPACE: Space = { provider: 'static', model: 'glove-sif-100', dimensions: 100 };

/**
 * Texts by the mean of their words' vectors, weighted by how rare a word is, without the direction that all
 * texts share. The words are read at the first text.
 * @see Arora, Liang, Ma (2017), A simple but tough-to-beat baseline for sentence embeddings
 */
export function staticVectorizer(): Vectorizer {
  return {
    space: STATIC_SPACE,
    batch: { texts: 1_000, characters: 10_000_000 },
    maxCharacters: Number.POSITIVE_INFINITY,
    isCached: false,
    vectors: async (texts, _inputType, signal) => {
      signal?.throwIfAborted();
      const words = await staticWords();
      let tokensIn = 0;
      const vectors = texts.map((text) => {
        const tokens = text.toLowerCase().match(TOKEN) ?? [];
        tokensIn += tokens.length;
        return vectorOf(tokens, words);
      });
      return { vectors, tokensIn };
    },
  };
}

const TOKEN = /[a-z0-9]+(?:['-][a-z0-9]+)*/g;

function vectorOf(tokens: readonly string[], words: StaticWords): Float32Array {
  const { dimensions, factors, numbers, component } = words;
  const vector = new Float32Array(dimensions);
  for (const token of tokens) {
    const place = placeOf(token, words);
    if (place === undefined) continue;
    const factor = factors[place] as number;
    const start = place * dimensions;
    for (let i = 0; i < dimensions; i++)
      vector[i] = (vector[i] as number) + (numbers[start + i] as number) * factor;
  }
  let share = 0;
  for (let i = 0; i < dimensions; i++) share += (vector[i] as number) * (component[i] as number);
  for (let i = 0; i < dimensions; i++) vector[i] = (vector[i] as number) - share * (component[i] as number);
  return normalize(vector);
}
