import { html, raw } from '../../../platform/html.ts';
import { isSha, lexemesOf, shasIn } from './analysis.ts';
import type { Query } from './query.ts';

const TOKEN = /[\p{L}\p{N}_$]+(?:[./\\:#@-]+[\p{L}\p{N}_$]+)*/gu;
const MAX_SNIPPET = 280;

interface Mark {
  start: number;
  end: number;
}

/**
 * The part of a text that has most of what a query asks for, as escaped HTML with `<mark>` around it.
 * @returns an empty string for an empty text
 */
export function highlight(text: string, query: Query): string {
  const marks = marksIn(text, query);
  const start = bestStart(text, marks);
  const end = Math.min(text.length, start + MAX_SNIPPET);
  const parts = [];
  let at = start;
  for (const mark of marks.filter((mark) => mark.start >= start && mark.end <= end)) {
    if (mark.start < at) continue;
    parts.push(html`${text.slice(at, mark.start)}<mark>${text.slice(mark.start, mark.end)}</mark>`);
    at = mark.end;
  }
  parts.push(html`${text.slice(at, end)}`);
  return html`${start > 0 ? '…' : ''}${parts.map((part) => raw(part.toString()))}${end < text.length ? '…' : ''}`.toString();
}

function marksIn(text: string, { terms, commits, phrases, parts }: Query): Mark[] {
  const wanted = new Set(terms.map(({ lexeme }) => lexeme));
  const marks = [...text.matchAll(TOKEN)]
    .filter(([token]) =>
      isWanted(
        token,
        wanted,
        commits,
        parts.map(({ part }) => part),
      ),
    )
    .map(({ 0: token, index }) => ({ start: index, end: index + token.length }));
  const lower = text.toLowerCase();
  // Lower case may be longer than the text in a few scripts: such a text has words marked only.
  for (const phrase of lower.length === text.length ? phrases : []) {
    for (let at = lower.indexOf(phrase); at >= 0; at = lower.indexOf(phrase, at + phrase.length))
      marks.push({ start: at, end: at + phrase.length });
  }
  return marks.toSorted((a, b) => a.start - b.start || b.end - a.end);
}

function isWanted(
  token: string,
  wanted: ReadonlySet<string>,
  commits: readonly string[],
  parts: readonly string[],
) {
  if (isSha(token)) return shasIn([token]).some((sha) => commits.includes(sha));
  const lower = token.toLowerCase();
  return lexemesOf(token).some((lexeme) => wanted.has(lexeme)) || parts.some((part) => lower.includes(part));
}

/** Where to begin so that most marks are shown. */
function bestStart(text: string, marks: readonly Mark[]): number {
  if (text.length <= MAX_SNIPPET) return 0;
  let best = { start: 0, count: -1 };
  for (const { start } of marks) {
    const count = marks.filter((mark) => mark.start >= start && mark.end <= start + MAX_SNIPPET - 40).length;
    if (count > best.count) best = { start, count };
  }
  const from = Math.max(0, best.start - 40);
  const space = text.indexOf(' ', from);
  return from === 0 || space < 0 || space > best.start ? from : space + 1;
}
