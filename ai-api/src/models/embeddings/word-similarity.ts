import { placeOf, type StaticWords, staticWords } from './static-words.ts';

/** Directions that all words share, and so many of the most frequent words to find them by. */
const SHARED = 4;
const LOOKED_AT = 5_000;
const ROUNDS = 30;

interface Space {
  words: StaticWords;
  mean: Float64Array;
  shared: readonly Float64Array[];
  /** Lengths of each word's vector, as it is read and in this space; 0 before they were asked for. */
  read: Float32Array;
  lengths: Float32Array;
}

let made: Promise<Space> | undefined;

/** Comparison by the places of words, for callers that compare the same words often. */
export interface PlaceComparison {
  /** The place of a word; undefined for one that is not known. */
  placeOf(word: string): number | undefined;
  /** The cosine of two words' vectors, without what all words share; 0 for a word that is not known. */
  compareTo(word: string): (place: number) => number;
}

/**
 * Compares words by their static vectors, in a space without their mean and the few directions that say how frequent
 * a word is rather than what it means.
 * @see Mu, Viswanath (2018), All-but-the-top: simple and effective postprocessing for word representations
 */
export async function placeComparison(): Promise<PlaceComparison> {
  made ??= staticWords().then(spaceOf);
  const space = await made;
  return {
    placeOf: (word) => placeOf(word, space.words),
    compareTo: (word) => {
      const own = placeOf(word, space.words);
      if (own === undefined) return () => 0;
      const vector = vectorOf(own, space);
      // The vector has no share of the shared directions, so that those of the other word fall out of the product.
      const ofMean = product(vector, space.mean);
      const { dimensions, numbers } = space.words;
      return (place) => {
        const length = lengthOf(place, space);
        let sum = 0;
        for (let i = 0, at = place * dimensions; i < dimensions; i++, at++)
          sum += (numbers[at] as number) * (vector[i] as number);
        return (sum / (space.read[place] as number) - ofMean) / length;
      };
    },
  };
}

function spaceOf(words: StaticWords): Space {
  const { dimensions, places } = words;
  const looked = Math.min(LOOKED_AT, places.size);
  const mean = new Float64Array(dimensions);
  const rows = Array.from({ length: looked }, (_, place) => unitOf(place, words));
  for (const row of rows) addTo(mean, row, 1 / looked);
  const spread = new Float64Array(dimensions * dimensions);
  for (const row of rows) {
    addTo(row, mean, -1);
    for (let a = 0; a < dimensions; a++)
      for (let b = 0; b < dimensions; b++)
        spread[a * dimensions + b] =
          (spread[a * dimensions + b] as number) + (row[a] as number) * (row[b] as number);
  }
  const shared: Float64Array[] = [];
  for (let count = 0; count < SHARED; count++) shared.push(strongest(spread, shared, dimensions));
  return { words, mean, shared, read: new Float32Array(places.size), lengths: new Float32Array(places.size) };
}

/** The direction in which rows are spread most, beside those that are known: by power iteration. */
function strongest(spread: Float64Array, known: readonly Float64Array[], dimensions: number): Float64Array {
  let direction = Float64Array.from({ length: dimensions }, (_, i) => Math.sin(i + 1));
  for (let round = 0; round < ROUNDS; round++) {
    const next = new Float64Array(dimensions);
    for (let a = 0; a < dimensions; a++)
      next[a] = product(spread.subarray(a * dimensions, (a + 1) * dimensions), direction);
    for (const one of known) addTo(next, one, -product(next, one));
    const length = Math.sqrt(product(next, next)) || 1;
    direction = next.map((x) => x / length);
  }
  return direction;
}

function unitOf(place: number, { dimensions, numbers }: StaticWords): Float64Array {
  const vector = Float64Array.from(numbers.subarray(place * dimensions, (place + 1) * dimensions));
  const length = Math.sqrt(product(vector, vector)) || 1;
  return vector.map((x) => x / length);
}

/** A word's vector of length 1 in the space. */
function vectorOf(place: number, space: Space): Float64Array {
  const vector = reduced(place, space);
  const length = Math.sqrt(product(vector, vector)) || 1;
  return vector.map((x) => x / length);
}

function reduced(place: number, { words, mean, shared }: Space): Float64Array {
  const vector = unitOf(place, words);
  addTo(vector, mean, -1);
  for (const one of shared) addTo(vector, one, -product(vector, one));
  return vector;
}

function lengthOf(place: number, space: Space): number {
  const known = space.lengths[place];
  if (known) return known;
  const vector = reduced(place, space);
  const length = Math.sqrt(product(vector, vector)) || 1;
  const { dimensions, numbers } = space.words;
  const raw = Float64Array.from(numbers.subarray(place * dimensions, (place + 1) * dimensions));
  space.read[place] = Math.sqrt(product(raw, raw)) || 1;
  space.lengths[place] = length;
  return length;
}

function product(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

function addTo(target: Float64Array, other: Float64Array, times: number): void {
  for (let i = 0; i < target.length; i++) target[i] = (target[i] as number) + times * (other[i] as number);
}
