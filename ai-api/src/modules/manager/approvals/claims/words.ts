/** Words of these scripts are short, and are not separated by blanks. */
const DENSE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/u;
const MIN_LENGTH = 4;
const MIN_DENSE_LENGTH = 2;
/** Letters that two forms of a word share at least. */
const STEM = 5;

const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' });

/** The words of a text that distinguish it from others, in any language: names, numbers and longer words. */
export function wordsOf(text: string): string[] {
  const words = [...segmenter.segment(text.normalize('NFKC').toLowerCase())]
    .filter(({ isWordLike }) => isWordLike)
    .map(({ segment }) => segment);
  return [...new Set(words.filter(isDistinct))];
}

function isDistinct(word: string): boolean {
  if (/\p{Nd}/u.test(word)) return word.length >= 2;
  return word.length >= (DENSE.test(word) ? MIN_DENSE_LENGTH : MIN_LENGTH);
}

/** Whether two words are forms of one, such as `review` and `reviewed`. */
export function isSameWord(a: string, b: string): boolean {
  if (a === b) return true;
  if (DENSE.test(a) && DENSE.test(b)) return a.startsWith(b) || b.startsWith(a);
  const shared = Math.max(STEM, Math.min(a.length, b.length) - 1);
  return a.length >= shared && b.length >= shared && a.slice(0, shared) === b.slice(0, shared);
}

const isEdge = (letter: string | undefined) => letter === undefined || DENSE.test(letter);

/** Whether a text has a name as words of their own, whatever its case. */
export function names(text: string, name: string): boolean {
  const [within, sought] = [text, name].map((one) => one.normalize('NFKC').toLowerCase()) as [string, string];
  if (sought.trim() === '') return false;
  for (let at = within.indexOf(sought); at !== -1; at = within.indexOf(sought, at + 1)) {
    const before = within.slice(0, at).match(/[\p{L}\p{N}]$/u)?.[0];
    const after = within.slice(at + sought.length).match(/^[\p{L}\p{N}]/u)?.[0];
    if (DENSE.test(sought) || (isEdge(before) && isEdge(after))) return true;
  }
  return false;
}
