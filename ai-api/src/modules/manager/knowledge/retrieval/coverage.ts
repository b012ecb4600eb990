import { type PlaceComparison, placeComparison } from '../../../../models/embeddings/word-similarity.ts';
import { contentWordsOf, stemOf } from '../../../../platform/text/words.ts';

/** What is compared with a question. */
export interface Compared {
  title: string;
  heading: readonly string[];
  text: string;
}

/** A word of the title counts less than one of the passage: all passages of the document have it. */
const TITLE = 0.6;
/** A word that none of the found passages has one as near as this to is from elsewhere. */
const FAMILIAR = 0.65;
/** Of a long question the rarest words are compared. */
const MAX_WORDS = 32;

export interface Coverage {
  /** Of each passage, 0 to 1. */
  shares: number[];
  /** How far the question's words are from all of the passages, summed; 0 where each has one near it. */
  strangeness: number;
}

/**
 * How much of a question each passage covers, 0 to 1: of each of its words the nearest one there, 1 for the same stem
 * and else by the nearness of their meaning, weighted by how rare the question's words are.
 * @param rarity of a stem, among the passages of the company
 */
export async function coverageOf(
  question: string,
  passages: readonly Compared[],
  rarity: (stem: string) => number,
): Promise<Coverage> {
  const none = { shares: passages.map(() => 0), strangeness: 0 };
  const words = [...new Map(contentWordsOf(question).map((word) => [stemOf(word), word]))];
  if (words.length === 0) return none;
  const asked = words
    .map(([stem, word]) => ({ stem, word, weight: rarity(stem) }))
    .toSorted((a, b) => b.weight - a.weight)
    .slice(0, MAX_WORDS);
  const whole = asked.reduce((sum, { weight }) => sum + weight, 0);
  if (whole === 0) return none;
  const known = createVocabulary();
  const read = passages.map(({ title, heading, text }) => ({
    own: known.numbersOf([text, ...heading].join('\n')),
    ofTitle: known.numbersOf(title),
  }));
  const comparison = await placeComparison();
  const covered = new Float64Array(passages.length);
  let strangeness = 0;
  for (const { stem, word, weight } of asked) {
    const near = known.nearnessTo(stem, word, comparison);
    strangeness += Math.max(0, FAMILIAR - near.reduce((best, one) => Math.max(best, one), 0));
    for (const [index, { own, ofTitle }] of read.entries()) {
      const nearest = Math.max(highest(near, own), TITLE * highest(near, ofTitle));
      covered[index] = (covered[index] as number) + (weight * nearest) / whole;
    }
  }
  return { shares: [...covered], strangeness };
}

/** The different words of all passages, numbered, so that each is compared once. */
function createVocabulary() {
  const numbers = new Map<string, number>();
  const numberOf = (word: string) => {
    const known = numbers.get(word);
    if (known !== undefined) return known;
    numbers.set(word, numbers.size);
    return numbers.size - 1;
  };
  let looked: { stem: string; place: number | undefined }[] | undefined;
  return {
    numbersOf: (text: string) => Uint32Array.from(contentWordsOf(text), numberOf),

    /** How near each word is to one of the question: 1 for the same stem, else by meaning. */
    nearnessTo: (stem: string, word: string, { placeOf, compareTo }: PlaceComparison): Float64Array => {
      looked ??= [...numbers.keys()].map((one) => ({ stem: stemOf(one), place: placeOf(one) }));
      const compare = compareTo(word);
      return Float64Array.from(looked, (one) => {
        if (one.stem === stem) return 1;
        return one.place === undefined ? 0 : Math.max(0, compare(one.place));
      });
    },
  };
}

function highest(values: Float64Array, of: Uint32Array): number {
  let best = 0;
  for (const number of of) best = Math.max(best, values[number] as number);
  return best;
}
