import { readFile } from 'node:fs/promises';

const FILE = new URL('./static/vectors.bin', import.meta.url);

/** English words and their vectors, as the file holds them: the most frequent first. */
export interface StaticWords {
  dimensions: number;
  places: ReadonlyMap<string, number>;
  /** What a word's numbers are multiplied with for a text's vector: the rarer the word, the more. */
  factors: Float32Array;
  numbers: Int8Array;
  /** What every text has a share of, and is taken out. */
  component: Float32Array;
}

let read: Promise<StaticWords> | undefined;

/** Reads the words, once for the process. */
export function staticWords(): Promise<StaticWords> {
  read ??= readWords();
  return read;
}

/** The place of a word; of a possessive the owner, of a compound that is not known nothing. */
export function placeOf(word: string, { places }: StaticWords): number | undefined {
  return places.get(word) ?? (word.endsWith("'s") ? places.get(word.slice(0, -2)) : undefined);
}

async function readWords(): Promise<StaticWords> {
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
