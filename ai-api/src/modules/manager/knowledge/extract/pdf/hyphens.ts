import { clean } from '../block.ts';

/** What tells whether a word that a line breaks is one word. */
export interface Words {
  /** Whether a language that is known has it. */
  isWord(word: string): boolean;
  /** Whether the document has it elsewhere in one piece. */
  isInDocument(word: string): boolean;
}

/** Before these a hyphen replaces a part that is left out, as in `pre- and post-processing`. */
const COUPLED = /^(and|or|to|und|oder|bis|sowie|bzw|et|ou|y|e|o|en|of|i|a|oraz|och|og)\b/;

/**
 * Lines as one text. A word that was broken is joined where the document or English has it, or where its halves are
 * no words; hyphens between words, as in `long-term`, stay.
 */
export function joinedLines(lines: readonly string[], words: Words): string {
  return clean(
    lines.reduce((text, line) => {
      if (/\u00ad\s*$/.test(text)) return `${text.trimEnd()}${line.trimStart()}`;
      const [hyphenated, start] = /([\p{L}]+)[-‐]\s*$/u.exec(text) ?? [];
      const rest = /^\p{Ll}+/u.exec(line)?.[0];
      if (hyphenated === undefined || start === undefined || rest === undefined || COUPLED.test(line))
        return `${text} ${line}`;
      const before = text.slice(0, -hyphenated.length);
      return isOneWord(start.toLowerCase(), rest, words)
        ? `${before}${start}${line}`
        : `${before}${start}-${line}`;
    }, ''),
  );
}

function isOneWord(start: string, rest: string, { isWord, isInDocument }: Words): boolean {
  const whole = `${start}${rest}`;
  if (isInDocument(`${start}-${rest}`)) return false;
  if (isWord(whole) || isInDocument(whole)) return true;
  return !(isWord(start) && isWord(rest));
}

/** The words of a text in small letters, those with hyphens as one. */
export function wordsIn(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/\p{L}+(?:-\p{L}+)*/gu) ?? []);
}
