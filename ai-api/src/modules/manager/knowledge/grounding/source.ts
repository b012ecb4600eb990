/** The position of a quote in a passage. */
export interface Source {
  /** The sentences that the quote touches, whole. */
  sentences: string;
  /** Of these, what precedes the quote, and what reaches up to its end. */
  before: string;
  told: string;
}

const WORD = /[\p{L}\p{N}%€$£]+/gu;
/** Fewer words could occur anywhere. */
const MIN_WORDS = 3;

/** Finds a quote in a passage, letter by letter but for case, punctuation and line breaks. Null when it is not there. */
export function sourceOf(quote: string, passage: string): Source | null {
  const text = passage.normalize('NFKC');
  const asked = wordsOf(quote.normalize('NFKC'));
  if (asked.length < MIN_WORDS) return null;
  const words = wordsOf(text);
  const start = words.findIndex((_, at) =>
    asked.every(({ word }, index) => words[at + index]?.word === word),
  );
  const [first, last] = [words[start], words[start + asked.length - 1]];
  if (!first || !last) return null;
  const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });
  const touched = [...segmenter.segment(text)].filter(
    ({ index, segment }) => index < last.end && index + segment.length > first.from,
  );
  const begin = touched[0]?.index ?? 0;
  return {
    sentences: touched
      .map(({ segment }) => segment)
      .join('')
      .trim(),
    before: text.slice(begin, first.from),
    told: text.slice(begin, last.end),
  };
}

function wordsOf(text: string) {
  return [...text.matchAll(WORD)].map(({ 0: word, index }) => ({
    word: word.toLowerCase(),
    from: index,
    end: index + word.length,
  }));
}
