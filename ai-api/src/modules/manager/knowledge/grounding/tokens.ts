import { stemOf } from '../retrieval/words.ts';

/** A piece of text: a word in lower case, a number, a sign of a currency or of a clause's end. */
export interface Token {
  text: string;
  stem: string;
  /** Written with a capital where no sentence begins. */
  isName: boolean;
  /** Of the clause it stands in, from 0. */
  clause: number;
}

const PIECE = /\d+(?:[.,:]\d+)*|\p{L}+(?:['’]\p{L}+)*|[%$€£°;,.:!?()"“”—–]/gu;
const SENTENCE_END = /^[.!?:]$/;
const CLAUSE_END = /^[;,.!?():—–]$/;
const JOINS = new Set(['and', 'but', 'or', 'unless', 'except', 'while', 'whereas', 'because']);
const SHORT_NEGATION = /^(\p{L}+?)n['’]t$/u;

/** The pieces of a text; `isn't` is `is not`, and a clause ends at a comma or before a word that joins. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let clause = 0;
  let begins = true;
  for (const [piece] of text.normalize('NFKC').matchAll(PIECE)) {
    if (CLAUSE_END.test(piece)) {
      clause++;
      if (SENTENCE_END.test(piece)) begins = true;
      continue;
    }
    const word = piece.toLowerCase().replaceAll('’', "'");
    if (JOINS.has(word)) clause++;
    const short = SHORT_NEGATION.exec(word)?.[1];
    const parts = word === 'cannot' ? ['can', 'not'] : short ? [FULL[short] ?? short, 'not'] : [word];
    for (const part of parts) {
      const isName = !begins && /^\p{Lu}/u.test(piece) && piece !== 'I';
      tokens.push({ text: part, stem: stemOf(part), isName, clause });
    }
    begins = false;
  }
  return tokens;
}

const FULL: Readonly<Record<string, string>> = { ca: 'can', wo: 'will', sha: 'shall' };
