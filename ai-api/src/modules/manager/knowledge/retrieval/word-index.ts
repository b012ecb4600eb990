import { contentWordsOf, stemOf } from '../../../../platform/text/words.ts';

/** A passage as it is indexed. */
export interface IndexedPassage {
  id: string;
  heading: readonly string[];
  text: string;
}

export interface FoundByWords {
  id: string;
  score: number;
  /** Share of the question's words that the passage, its headings or its title have, 0 to 1. */
  share: number;
}

/** What an occurrence counts, doubled so that these are whole numbers: in the text, a heading, the title. */
const WEIGHTS = { text: 2, heading: 2, title: 1 } as const;
const UNIT = WEIGHTS.text;
/** How soon more of the same word stops counting, and how much a long passage is held back. */
const K1 = 0.9;
const B = 0.4;

/** The passages of one version of a document: of each the places of its stems and how often they occur. */
interface Part {
  folder: string;
  ids: string[];
  /** Where each passage begins in `stems` and `counts`; one more at the end. */
  starts: Uint32Array;
  stems: Uint32Array;
  counts: Uint8Array;
  lengths: Uint32Array;
}

export type WordIndex = ReturnType<typeof createWordIndex>;

/**
 * An index of words in memory, ranked by BM25 over fields: every passage is looked at, which takes about a millisecond
 * for ten thousand.
 * @see Robertson, Zaragoza (2009), The probabilistic relevance framework: BM25 and beyond
 */
export function createWordIndex() {
  const places = new Map<string, number>();
  const passagesWith: number[] = [];
  const parts = new Map<string, Part[]>();
  let passages = 0;
  let length = 0;
  let entries = 0;

  function placeOf(stem: string): number {
    const known = places.get(stem);
    if (known !== undefined) return known;
    places.set(stem, passagesWith.length);
    return passagesWith.push(0) - 1;
  }

  function count(part: Part, by: 1 | -1): void {
    for (const place of part.stems) passagesWith[place] = (passagesWith[place] ?? 0) + by;
    passages += by * part.ids.length;
    for (const one of part.lengths) length += by * one;
    entries += by * part.stems.length;
  }

  /** How much a word says: the rarer, the more. */
  function rarity(stem: string): number {
    const place = places.get(stem);
    const having = place === undefined ? 0 : (passagesWith[place] ?? 0);
    return Math.log(1 + (passages - having + 0.5) / (having + 0.5));
  }

  return {
    rarity,
    /** Words in passages, and the different ones ten times more. */
    size: () => entries + 10 * places.size,
    keys: () => [...parts.keys()],

    /** Adds passages of a document; those that were added under the same key stay. */
    add: (key: string, folder: string, title: string, added: readonly IndexedPassage[]): void => {
      const rows = added.map(({ heading, text }) => {
        const counts = new Map<number, number>();
        const read = (source: string, weight: number) => {
          for (const word of contentWordsOf(source)) {
            const place = placeOf(stemOf(word));
            counts.set(place, (counts.get(place) ?? 0) + weight);
          }
        };
        read(title, WEIGHTS.title);
        for (const one of heading) read(one, WEIGHTS.heading);
        read(text, WEIGHTS.text);
        return counts;
      });
      const size = rows.reduce((sum, { size }) => sum + size, 0);
      const part: Part = {
        folder,
        ids: added.map(({ id }) => id),
        starts: new Uint32Array(rows.length + 1),
        stems: new Uint32Array(size),
        counts: new Uint8Array(size),
        lengths: new Uint32Array(rows.length),
      };
      let at = 0;
      for (const [index, counts] of rows.entries()) {
        part.starts[index] = at;
        for (const [place, times] of counts) {
          part.stems[at] = place;
          part.counts[at++] = Math.min(255, times);
          part.lengths[index] = (part.lengths[index] ?? 0) + times;
        }
      }
      part.starts[rows.length] = at;
      parts.set(key, [...(parts.get(key) ?? []), part]);
      count(part, 1);
    },

    remove: (key: string): void => {
      for (const part of parts.get(key) ?? []) count(part, -1);
      parts.delete(key);
    },

    /** The passages that have any of the stems, best first. */
    search: (stems: readonly string[], folder: string | undefined, limit: number): FoundByWords[] => {
      const asked = [...new Set(stems)];
      const weights = new Float64Array(passagesWith.length);
      for (const stem of asked) {
        const place = places.get(stem);
        if (place !== undefined) weights[place] = rarity(stem);
      }
      const average = length / Math.max(1, passages);
      const found: FoundByWords[] = [];
      for (const part of [...parts.values()].flat()) {
        if (folder !== undefined && part.folder !== folder) continue;
        for (const [index, id] of part.ids.entries()) {
          const end = part.starts[index + 1] as number;
          let score = 0;
          let having = 0;
          for (let at = part.starts[index] as number; at < end; at++) {
            const weight = weights[part.stems[at] as number] as number;
            if (weight === 0) continue;
            having++;
            const times = (part.counts[at] as number) / UNIT;
            const long = (part.lengths[index] as number) / average;
            score += (weight * times * (K1 + 1)) / (times + K1 * (1 - B + B * long));
          }
          if (having > 0) found.push({ id, score, share: having / asked.length });
        }
      }
      return found.toSorted((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1)).slice(0, limit);
    },
  };
}
