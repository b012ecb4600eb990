/** A part of a text, as UTF-16 offsets: what `slice` of JavaScript and Java cut. */
export interface Span {
  start: number;
  end: number;
}

/** A change to a text: a part of it gives way to other words. */
export interface Edit extends Span {
  with: string;
}

/** What is judged. */
export interface Subject {
  text: string;
  /** What the text answers, where it is an answer. */
  request: string | null;
  /** Further values for CEL expressions. */
  data: Readonly<Record<string, unknown>>;
}

/** What a check found out about a text. */
export interface Found {
  /** Whether the text has what the check looks for; null where that cannot be found out. */
  holds: boolean | null;
  /** How far, 0 to 1, where it is more than yes or no. */
  degree?: number;
  /** A sentence about the text, such as "It has 120 words." */
  says: string;
  /** What it looks for, where that is there. */
  found?: readonly Span[];
  /** What keeps it from holding. */
  spans?: readonly Span[];
  /** What would mend a text for which it does not hold. */
  edits?: readonly Edit[];
}

/** A rule's check, ready to run. */
export interface Check {
  /** What it asks of a text, such as "at most 100 words": the words for feedback. */
  asks: string;
  run(subject: Subject): Found;
  /** What takes away what it found, for a rule that is negated. */
  removal?(subject: Subject, spans: readonly Span[]): Edit[];
  /** Whether a text that fails still fails with more text behind it, so that a stream may stop at once. */
  isFinal?: boolean;
}

/** A text with changes that do not overlap; of those that do, the first counts. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  let at = 0;
  let changed = '';
  for (const edit of edits.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    if (edit.start < at) continue;
    changed += text.slice(at, edit.start) + edit.with;
    at = edit.end;
  }
  return changed + text.slice(at);
}

/** Every part of a text that a pattern with the flag `g` matches. */
export function spansOf(text: string, pattern: RegExp): Span[] {
  return Array.from(text.matchAll(pattern), ({ 0: part, index }) => ({
    start: index,
    end: index + part.length,
  }));
}

/** Every place of a word or phrase in a text. */
export function placesOf(
  text: string,
  part: string,
  { ignoreCase = false, wholeWords = false }: { ignoreCase?: boolean; wholeWords?: boolean } = {},
): Span[] {
  const spans: Span[] = [];
  const folded = ignoreCase ? sameLength(text) : text;
  const wanted = ignoreCase ? sameLength(part) : part;
  for (
    let start = folded.indexOf(wanted);
    start !== -1;
    start = folded.indexOf(wanted, start + part.length)
  ) {
    const end = start + part.length;
    if (isCut(text, start, end) && (!wholeWords || isWhole(text, start, end))) spans.push({ start, end });
  }
  return spans;
}

/** Lower case of the same length: a letter whose lower case is longer stays as it is. */
function sameLength(text: string): string {
  const whole = text.toLowerCase();
  if (whole.length === text.length) return whole;
  return Array.from(text, (letter) => {
    const small = letter.toLowerCase();
    return small.length === letter.length ? small : letter;
  }).join('');
}

/** Whether both ends are between characters, not inside a pair of surrogates. */
function isCut(text: string, start: number, end: number): boolean {
  return !isInsidePair(text, start) && !isInsidePair(text, end);
}

function isInsidePair(text: string, at: number): boolean {
  return /[\ud800-\udbff]/.test(text.charAt(at - 1)) && /[\udc00-\udfff]/.test(text.charAt(at));
}

const WORD = /[\p{L}\p{N}\p{M}_]/u;

function isWhole(text: string, start: number, end: number): boolean {
  const before = Array.from(text.slice(Math.max(0, start - 2), start)).at(-1) ?? '';
  const after = Array.from(text.slice(end, end + 2))[0] ?? '';
  return !WORD.test(before) && !WORD.test(after);
}
