import type { ClaimRecords } from './records.ts';
import { isSameWord, names, wordsOf } from './words.ts';

export type WorkRecord = ClaimRecords['records'][number];

/** Share of a title's words that a text has to have. */
const TITLE_SHARE = 0.7;
/** A word in so many titles distinguishes none of them. */
const COMMON_FROM = 3;
const MIN_REFERENCE_LENGTH = 3;
/** Digits alone are a reference from this length; shorter ones are any number. */
const MIN_NUMBER_LENGTH = 5;

interface Match {
  record: WorkRecord;
  /** How well it fits: a reference is certain, else the words of the title that are shared. */
  rank: number;
}

/**
 * The records that words of a text name: by their reference, or by most of the words of their title. How a model read
 * the words plays no part, so that it cannot make a record fit. Best first.
 */
export function recordsNamed(quote: string, records: readonly WorkRecord[]): WorkRecord[] {
  const spoken = wordsOf(quote);
  const common = commonWords(records);
  return records
    .flatMap((record): Match[] => {
      if (isReferenceIn(quote, record.reference)) return [{ record, rank: Number.MAX_SAFE_INTEGER }];
      const rank = sharedWords(spoken, record, common);
      return rank > 0 ? [{ record, rank }] : [];
    })
    .sort((a, b) => b.rank - a.rank)
    .map(({ record }) => record);
}

function isReferenceIn(quote: string, reference: string | null): boolean {
  if (reference === null || reference.length < MIN_REFERENCE_LENGTH) return false;
  if (/^\p{N}+$/u.test(reference) && reference.length < MIN_NUMBER_LENGTH) return false;
  return names(quote, reference);
}

/** How many words of a title a text has; 0 where they are too few. */
function sharedWords(
  spoken: readonly string[],
  { title, startedAt }: WorkRecord,
  common: ReadonlySet<string>,
): number {
  const words = wordsOf(title);
  const shared = words.filter((word) => spoken.some((one) => isSameWord(one, word)));
  if (words.length === 0 || shared.length / words.length < TITLE_SHARE) return 0;
  const distinct = words.filter((word) => !common.has(word));
  // One word alone may be any word; then the time of the record has to bound it.
  if (distinct.length < 2 && startedAt === null) return 0;
  const sharedDistinct = shared.filter((word) => !common.has(word));
  return sharedDistinct.length >= Math.max(1, Math.min(2, distinct.length)) ? shared.length : 0;
}

function commonWords(records: readonly WorkRecord[]): Set<string> {
  const titles = new Set(records.map(({ title }) => title.toLowerCase()));
  const counts = new Map<string, number>();
  for (const title of titles)
    for (const word of wordsOf(title)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return new Set([...counts].filter(([, count]) => count >= COMMON_FROM).map(([word]) => word));
}
