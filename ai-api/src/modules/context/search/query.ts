import { isSha, lexemesOf, quoted, shasIn, tokensOf } from './analysis.ts';

/** What a query asks for. */
export interface Query {
  text: string;
  /** One `tsquery` for each word or name, with its own lexeme in plain. */
  terms: { query: string; lexeme: string }[];
  /** First seven digits of commits. */
  commits: string[];
  /** Quoted parts in lower case: passages have to contain each of them literally. */
  phrases: string[];
  /** Words that may be parts of names, each with the `tsquery` of the word itself. */
  parts: { part: string; query: string }[];
}

/** A longer query is about no more than its first words. */
const MAX_TERMS = 16;
const MAX_PHRASES = 4;
const MIN_PART = 3;
const MAX_PART = 60;

/**
 * Reads a query as people write it: words, names, paths, commits, and "exact phrases". A quote that is not closed is a
 * plain sign, as is every other one.
 */
export function parseQuery(text: string): Query {
  const phrases = [...text.matchAll(/"([^"]+)"/g)]
    .map(([, phrase]) => phrase?.trim().toLowerCase() ?? '')
    .filter((phrase) => phrase !== '')
    .slice(0, MAX_PHRASES);
  const tokens = tokensOf(text);
  const lexemes = new Set<string>();
  for (const token of tokens) {
    if (isSha(token)) continue;
    for (const lexeme of lexemesOf(token)) {
      if (lexemes.size < MAX_TERMS) lexemes.add(lexeme);
    }
  }
  return {
    text,
    terms: [...lexemes].map((lexeme) => ({ query: quoted(lexeme), lexeme })),
    commits: shasIn(tokens),
    phrases,
    parts: partsIn(tokens),
  };
}

/** At most three words that are long enough to be found in the middle of a name, the longest first. */
function partsIn(tokens: readonly string[]): Query['parts'] {
  const whole = new Map(tokens.map((token) => [token.toLowerCase(), lexemesOf(token)[0]]));
  return [...whole]
    .filter(([part]) => part.length >= MIN_PART && part.length <= MAX_PART && !isSha(part))
    .toSorted(([a], [b]) => b.length - a.length)
    .slice(0, 3)
    .map(([part, lexeme]) => ({ part, query: quoted(lexeme ?? part) }));
}
