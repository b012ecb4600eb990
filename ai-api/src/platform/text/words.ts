import { stemmer } from 'stemmer';

/** Words that occur in every text and say nothing about its subject. */
const COMMON = new Set(
  (
    'a about above after again against all am an and any are as at be because been before being below between both ' +
    'but by can could did do does doing down during each few for from further had has have having he her here hers ' +
    'herself him himself his how i if in into is it its itself just let may me might more most must my myself no nor ' +
    'not now of off on once only or other our ours ourselves out over own same shall she should so some such than ' +
    'that the their theirs them themselves then there these they this those through to too under until up very was ' +
    'we were what when where which while who whom why will with would you your yours yourself yourselves'
  ).split(' '),
);

const WORD = /[\p{L}\p{N}]+(?:'\p{L}+)?/gu;
/** Longer ones are no words. */
const MAX_LENGTH = 40;
const MAX_CACHED = 50_000;
const stems = new Map<string, string>();

/** The words of a text in lower case, each as often as it occurs. */
export function wordsOf(text: string): string[] {
  const found = text.normalize('NFKC').toLowerCase().replaceAll('’', "'").match(WORD) ?? [];
  return found.filter((word) => word.length <= MAX_LENGTH);
}

/** The words that say what a text is about. */
export function contentWordsOf(text: string): string[] {
  return wordsOf(text).filter((word) => !COMMON.has(word) && !COMMON.has(word.replace(/'.*/, '')));
}

/**
 * The stem of a word in lower case; of a possessive its owner's.
 * @see Porter (1980), An algorithm for suffix stripping, Program 14 (3)
 */
export function stemOf(word: string): string {
  const known = stems.get(word);
  if (known !== undefined) return known;
  const stem = stemmer(word.replace(/'.*/, ''));
  if (stems.size >= MAX_CACHED) stems.clear();
  stems.set(word, stem);
  return stem;
}
