import { contentWordsOf, stemOf } from '../../../platform/text/words.ts';

/** Words and names as code has them: `getUserById`, `user_session_token`, `src/auth/jwt.ts`, `foo-bar`. */
const TOKEN = /[\p{L}\p{N}_$]+(?:[./\\:#@-]+[\p{L}\p{N}_$]+)*/gu;
const SEPARATOR = /[./\\:#@-]+/;
const IN_WORD = /[a-z\d](?=[A-Z])|[A-Z](?=[A-Z][a-z])|[A-Za-z](?=\d)|\d(?=[A-Za-z])/g;
const SHA = /^(?=.*\d)(?=.*[a-f])[0-9a-f]{7,40}$/;
const PATH_OR_NAME = /[./\\_$]|[a-z\d][A-Z]/;
const MAX_TOKEN = 200;
const MAX_LEXEME = 80;
/** Digits by which a commit is found; tools print 7 to 40 of them. */
const SHA_DIGITS = 7;

/** The weights of PostgreSQL, from the title down to what tools printed. */
export type Weight = 'A' | 'B' | 'C' | 'D';

/**
 * The lexemes of one token: the whole, its pieces, and the words in them. `src/auth/getUserById.ts` has the path, `auth`,
 * `getuserbyid`, `getuserbyid.ts`, `get`, `user` and `ts` among others.
 */
export function lexemesOf(token: string): string[] {
  const found = new Set<string>();
  const add = (lexeme: string) => {
    if (lexeme.length > 0 && lexeme.length <= MAX_LEXEME) found.add(lexeme);
  };
  const pieces = token.split(SEPARATOR).filter((piece) => piece !== '');
  if (pieces.length > 1) {
    add(token.toLowerCase());
    const file = token.split(/[/\\]/).at(-1) ?? '';
    if (file !== token) add(file.toLowerCase());
  }
  for (const piece of pieces) {
    const words = piece.split(/[_$]+/).flatMap((part) => part.replaceAll(IN_WORD, '$& ').split(' '));
    const isName = words.filter((word) => word !== '').length > 1;
    if (isName) add(piece.toLowerCase());
    for (const word of words) for (const plain of contentWordsOf(word)) add(stemOf(plain));
  }
  return [...found];
}

/** The tokens of a text, those that are too long for a name left out. */
export function tokensOf(text: string): string[] {
  return (text.match(TOKEN) ?? []).filter((token) => token.length <= MAX_TOKEN);
}

/** The commits that a text names, by their first seven digits. */
export function shasIn(tokens: readonly string[]): string[] {
  return [...new Set(tokens.filter(isSha).map((token) => token.toLowerCase().slice(0, SHA_DIGITS)))];
}

/** Whether a token is 7 to 40 hexadecimal digits with a letter among them. */
export function isSha(token: string): boolean {
  return SHA.test(token.toLowerCase());
}

/** Identifiers and paths among tokens, each once. */
export function namesIn(tokens: readonly string[]): string[] {
  return [...new Set(tokens.filter((token) => token.length >= 3 && PATH_OR_NAME.test(token)))];
}

const MAX_POSITION = 16_383;
const MAX_POSITIONS = 255;

/** Texts with their weights as a `tsvector` literal. The database's own parser would break names and commits. */
export function vectorOf(texts: readonly { text: string; weight: Weight }[]): string {
  const places = new Map<string, string[]>();
  let position = 0;
  for (const { text, weight } of texts) {
    for (const token of tokensOf(text)) {
      position = Math.min(MAX_POSITION, position + 1);
      for (const lexeme of lexemesOf(token)) {
        const known = places.get(lexeme) ?? [];
        places.set(lexeme, known);
        if (known.length < MAX_POSITIONS) known.push(`${position}${weight}`);
      }
    }
  }
  return [...places].map(([lexeme, at]) => `${quoted(lexeme)}:${at.join(',')}`).join(' ');
}

/** A lexeme as `tsvector` and `tsquery` read it. */
export function quoted(lexeme: string): string {
  return `'${lexeme.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
