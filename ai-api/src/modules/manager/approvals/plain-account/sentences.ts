/** What of a text cannot be read as plain English prose at all. */
export type Obstacle = 'long' | 'signs' | 'language';

/** Longer accounts are left to a person: the more words, the more room for other things. */
const MOST_CHARACTERS = 1000;
const MOST_SENTENCES = 30;
/** Letters of English, with accents for names, digits, and the few signs that prose needs. */
const PLAIN = /^(?:[A-Za-z0-9À-ÖØ-öø-ž \n.,;:'’()\-–/&+#°€$£]|%(?![\da-f]{2}))*$/i;
/** Where a sentence ends. A full stop within a number, a time or an abbreviation has no space after it. */
const SENTENCE_END = /[.;:]+(?=\s|$)|\n+/;
const WORD = /[A-Za-zÀ-ž\d]+(?:['’][A-Za-zÀ-ž]+)*/g;
/** Numbers with units, times and identifiers such as `LIF-412`, `v2`, `3rd` or a short commit. */
const NUMBER =
  /^(?:[A-Z]{0,5}\d+|[vpqnw]\d+|\d+(?:[a-z]|am|pm|st|nd|rd|th|min|km|kg|cm|mm|kb|mb|gb|kw|kwh)?|(?=[a-f]*\d)[\da-f]{7,12})$/i;
/** How many words in a row are read by themselves, so that no other words of a sentence make up for them. */
export const WINDOW = 4;

/** Whether a word is a number, or known by one. */
export const isNumber = (word: string) => /\d/.test(word);

/**
 * The words of each sentence of a text; or why it has none.
 * @param isKnown whether a lower-case word is known to be English
 */
export function sentencesOf(text: string, isKnown: (word: string) => boolean): string[][] | Obstacle {
  if (text.length > MOST_CHARACTERS) return 'long';
  const composed = text.normalize('NFC').trim();
  if (!PLAIN.test(composed)) return 'signs';
  const sentences = composed
    .split(SENTENCE_END)
    .map((sentence): string[] => sentence.match(WORD) ?? [])
    .filter((words) => words.length > 0);
  if (sentences.length > MOST_SENTENCES) return 'long';
  if (sentences.length === 0 || sentences.some(isCode)) return 'signs';
  return sentences.every((words) => isEnglish(words, isKnown)) ? sentences : 'language';
}

/** Every few words in a row; all of them where there are not more. */
export function windowsOf(words: readonly string[]): string[][] {
  const count = Math.max(1, words.length - WINDOW + 1);
  return Array.from({ length: count }, (_, from) => words.slice(from, from + WINDOW));
}

/** Identifiers and encodings: odd mixtures of letters and digits, very long words, spelled-out words. */
function isCode(words: readonly string[]): boolean {
  let single = 0;
  return words.some((word) => {
    single = /^[a-z]$/i.test(word) ? single + 1 : 0;
    const isMixed = isNumber(word) && !NUMBER.test(word);
    return isMixed || word.length > 24 || single > 2 || /[a-z][A-Z].*[a-z][A-Z]/.test(word);
  });
}

/** One word, or one in five, may be unknown, and half of them may be names. */
function isEnglish(words: readonly string[], isKnown: (word: string) => boolean): boolean {
  const unknown = words.filter((word) => !isNumber(word) && !isKnown(word.toLowerCase()));
  const names = unknown.filter((word) => /^\p{Lu}/u.test(word)).length;
  return names <= words.length / 2 && unknown.length - names <= Math.max(1, words.length / 5);
}
