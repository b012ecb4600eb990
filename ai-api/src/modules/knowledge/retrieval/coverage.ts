import { wordComparison } from '../../../models/embeddings/word-similarity.ts';
import { contentWordsOf, stemOf } from './words.ts';

/** What is compared with a question. */
export interface Compared {
  title: string;
  heading: readonly string[];
  text: string;
}

/** A word of the title counts less than one of the passage: all passages of the document have it. */
const TITLE = 0.6;

/**
 * How much of a question each passage covers, 0 to 1: of each of its words the nearest one there, 1 for the same stem
 * and else by the nearness of their meaning, weighted by how rare the question's words are.
 * @param rarity of a stem, among the passages of the company
 */
export async function coverageOf(
  question: string,
  passages: readonly Compared[],
  rarity: (stem: string) => number,
): Promise<number[]> {
  const words = [...new Map(contentWordsOf(question).map((word) => [stemOf(word), word]))];
  if (words.length === 0) return passages.map(() => 0);
  const compareTo = await wordComparison();
  const asked = words.map(([stem, word]) => ({
    stem,
    weight: rarity(stem),
    compare: compareTo(word),
    known: new Map<string, number>(),
  }));
  const whole = asked.reduce((sum, { weight }) => sum + weight, 0);
  return passages.map(({ title, heading, text }) => {
    const own = new Set([text, ...heading].flatMap(contentWordsOf));
    const ofTitle = new Set(contentWordsOf(title));
    const covered = asked.map((one) => {
      const nearest = (to: ReadonlySet<string>) => {
        let best = 0;
        for (const word of to) best = Math.max(best, nearness(word, one));
        return best;
      };
      return one.weight * Math.max(nearest(own), TITLE * nearest(ofTitle));
    });
    return whole === 0 ? 0 : covered.reduce((sum, part) => sum + part, 0) / whole;
  });
}

function nearness(
  word: string,
  { stem, compare, known }: { stem: string; compare: (word: string) => number; known: Map<string, number> },
): number {
  const remembered = known.get(word);
  if (remembered !== undefined) return remembered;
  const found = stemOf(word) === stem ? 1 : Math.max(0, compare(word));
  known.set(word, found);
  return found;
}
