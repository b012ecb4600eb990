import { placeOf, staticWords } from './static-words.ts';
import { normalize } from './vectorizer.ts';

/** What single words mean. */
export interface WordVectors {
  dimensions: number;
  /** A vector of length 1 of a lower-case English word; undefined when it is not known. */
  vectorOf(word: string): Float32Array | undefined;
}

/** The static word vectors one by one, all of the same length: how rare a word is does not count. */
export async function openWordVectors(): Promise<WordVectors> {
  const words = await staticWords();
  const { dimensions, numbers } = words;
  return {
    dimensions,
    vectorOf: (word) => {
      const place = placeOf(word, words) ?? placeOf(word.replace(/(?:n't|'\w+)$/, ''), words);
      if (place === undefined) return undefined;
      const vector = Float32Array.from(numbers.subarray(place * dimensions, (place + 1) * dimensions));
      return normalize(vector);
    },
  };
}

/** The same vectors, each looked up once; for as long as a text is read. */
export function remembering({ dimensions, vectorOf }: WordVectors): WordVectors {
  const seen = new Map<string, Float32Array | undefined>();
  return {
    dimensions,
    vectorOf: (word) => {
      if (!seen.has(word)) seen.set(word, vectorOf(word));
      return seen.get(word);
    },
  };
}
