import { readFile } from 'node:fs/promises';
import type { Space } from './embedder.ts';
import { normalize, type Vectorizer } from './vectorizer.ts';

const FILE = new URL('./static/vectors.bin', import.meta.url);

interface Words {
  dimensions: number;
  places: ReadonlyMap<string, number>;
  factors: Float32Array;
  numbers: Int8Array;
  /** What every text has a share of, and is taken out. */
  component: Float32Array;
}

/** Static word vectors of English: needs no key and no network, and knows words, not sentences. */
export const STATIC_SPACE: Space = { provider: 'static', model: 'glove-sif-100', dimensions: 100 };

/**
 * Texts by the mean of their words' vectors, weighted by how rare a word is, without the direction that all
 * texts share. The words are read at the first text.
 * @see Arora, Liang, Ma (2017), A simple but tough-to-beat baseline for sentence embeddings
 */
export function staticVectorizer(): Vectorizer {
  let read: Promise<Words> | undefined;
  return {
    space: STATIC_SPACE,
    batch: { texts: 1_000, characters: 10_000_000 },
    isCached: false,
    vectors: async (texts, _inputType, signal) => {
      signal?.throwIfAborted();
      read ??= readWords();
      const words = await read;
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

function vectorOf(tokens: readonly string[], words: Words): Float32Array {
  const { dimensions, factors, numbers, component } = words;
  const vector = new Float32Array(dimensions);
  for (const token of tokens) {
    const place = placeOf(token, words.places);
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

/** A word as it stands; of a possessive the owner, of a compound that is not known nothing. */
function placeOf(token: string, places: Words['places']): number | undefined {
  return places.get(token) ?? (token.endsWith("'s") ? places.get(token.slice(0, -2)) : undefined);
}

async function readWords(): Promise<Words> {
  const file = await readFile(FILE);
  const end = file.indexOf('\n');
  const header = JSON.parse(file.toString('utf8', 0, end)) as {
    words: number;
    dimensions: number;
    textBytes: number;
    component: number[];
  };
  const { words, dimensions, textBytes } = header;
  const text = file.toString('utf8', end + 1, end + 1 + textBytes).split('\n');
  // A copy, because numbers of four bytes have to begin at a multiple of four.
  const rest = new Uint8Array(file.subarray(end + 1 + textBytes));
  return {
    dimensions,
    places: new Map(text.map((word, place) => [word, place])),
    factors: new Float32Array(rest.buffer, 0, words),
    numbers: new Int8Array(rest.buffer, words * 4),
    component: Float32Array.from(header.component),
  };
}
