/** A first question of a conversation, as questions are compared. */
export interface Question {
  conversationId: string;
  owner: string;
  askedAt: Date;
  /** Words that say something, as they are written, by their short form. */
  words: ReadonlyMap<string, string>;
  /** Errors and files that it names, in a form in which two people write them alike. */
  marks: ReadonlySet<string>;
  /** Its meaning; null without an embedder. */
  vector: Float32Array | null;
}

const MAX_TEXT = 2_000;

/** Words of every question, which tell none from another. */
const COMMON = new Set(
  `a about after again all also always an and any are as at be because been before but by can cannot could did do does
  doesn don each find for from get gets give had has have he her here his how i if in into is isn it its just keep like
  make makes may me more my need no not now of off on one only or other our out over please see she should show so some
  still such than that the their them then there these they this those to too two up us use using want was way we were
  what when where which while who why will with without would you your yet new fix change add code file files function
  test tests time thing things work works working wrong right does tell help`.split(/\s+/),
);

/** Names of errors, codes of errors, and files. */
const MARKS = [
  /\b[A-Z][A-Za-z]*(?:Error|Exception|Failure|Timeout)\b/g,
  /\b(?:E[A-Z]{4,}|ERR_[A-Z_]+|[A-Z]{2,5}\d{3,5})\b/g,
  /\b[\w./-]*[\w-]+\.(?:ts|tsx|js|jsx|mjs|py|rs|go|java|kt|rb|php|cs|c|h|cpp|swift|sql|tf|ya?ml|toml|json|md|sh|css|html|vue)\b/g,
];

/** The words of a text that say something, by the short form of plurals and verbs, so that two people's words are alike. */
export function wordsOf(text: string): Map<string, string> {
  const spread = text
    .slice(0, MAX_TEXT)
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase();
  const words = spread.match(/[\p{L}][\p{L}\p{N}]{2,}/gu) ?? [];
  return new Map(words.filter((word) => !COMMON.has(word)).map((word) => [stem(word), word]));
}

function stem(word: string): string {
  if (word.length < 5) return word.replace(/s$/, '');
  return word
    .replace(/(?:ies)$/, 'y')
    .replace(/(?:ing|ed|es|s|e)$/, '')
    .replace(/([b-df-hj-np-tv-z])\1$/, '$1');
}

/** Files of these names are in every project. */
const EVERYWHERE =
  /^(?:readme\.md|changelog\.md|index\.\w+|main\.\w+|package(?:-lock)?\.json|__init__\.py)$/i;
const MAX_FILES = 5;

/**
 * Errors and files that a text names, and files that were edited for it: by their last part, whatever folder they are in.
 * A conversation that edited many files is about none of them.
 */
export function marksOf(text: string, edited: readonly string[] = []): Set<string> {
  const found = MARKS.flatMap((pattern) => text.slice(0, MAX_TEXT).match(pattern) ?? []);
  const files = edited.length <= MAX_FILES ? edited : [];
  const marks = [...found, ...files].map((mark) => mark.split('/').at(-1) as string);
  return new Set(marks.filter((mark) => !EVERYWHERE.test(mark)));
}
