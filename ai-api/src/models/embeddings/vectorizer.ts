import type { EmbeddingCall, Space } from './embedder.ts';

/** One way to vectors: each call is one batch, without cache and ledger. */
export interface Vectorizer {
  readonly space: Space;
  /** Most texts in one batch, and most characters of them together. */
  readonly batch: { texts: number; characters: number };
  /** Longest text that is read, in characters; the rest does not count. */
  readonly maxCharacters: number;
  /** Whether it pays to keep its vectors. */
  readonly isCached: boolean;
  /** @throws {import('../chat.ts').ModelError} and the reason of the signal */
  vectors(
    texts: readonly string[],
    inputType: EmbeddingCall['inputType'],
    signal: AbortSignal | undefined,
  ): Promise<{ vectors: Float32Array[]; tokensIn: number }>;
}

/** Makes a vector's length 1, in place; a vector of nothing stays one. */
export function normalize(vector: Float32Array): Float32Array {
  let squares = 0;
  for (const x of vector) squares += x * x;
  if (squares === 0) return vector;
  const factor = 1 / Math.sqrt(squares);
  for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] as number) * factor;
  return vector;
}
