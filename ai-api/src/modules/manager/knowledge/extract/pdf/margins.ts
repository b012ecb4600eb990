import { clean } from '../block.ts';
import type { Line, Segment } from './lines.ts';

export interface PageLines {
  lines: Line[];
  width: number;
  height: number;
}

/** Parts of the height of a page at its ends, and lines in them, that may repeat on every page. */
const ZONE = 0.14;
const MAX_LINES = 4;
/** Pages, of all, that a header is on at least: those of odd and even pages may differ. */
const MIN_SHARE = 0.4;
/** Points by which its place may differ. */
const SLACK = 6;

const NUMBER = String.raw`(?:\d{1,4}|[ivxl]{1,7})`;
const PAGE_NUMBER = new RegExp(
  String.raw`^[\s\-–—|·.]*(?:(?:page|seite|pagina|página|strana|p\.|s\.)\s*)?${NUMBER}\s*(?:(?:of|von|de|di|z|\/)\s*${NUMBER})?[\s\-–—|·.]*$`,
  'iu',
);
const PAGE_WORDS =
  /\b(?:page|seite|pagina|página|p\.)\s*\d{1,4}(?:\s*(?:of|von|de|di|\/)\s*\d{1,4})?|\b\d{1,4}\s*(?:of|\/|von)\s*\d{1,4}\b/giu;

/**
 * Takes the numbers, headers and footers of pages away.
 * @returns the pages, and what the headers and footers say, such as from when a policy is in force, at the first page
 *   that has them
 */
export function withoutRepeated(pages: readonly PageLines[]): {
  pages: PageLines[];
  repeated: ReadonlyMap<number, string[]>;
} {
  const zones = pages.map(zoneOf);
  const counts = new Map<string, { pages: number; y: number }[]>();
  for (const [index, zone] of zones.entries())
    for (const { segment, key } of zone)
      counts.set(key, [...(counts.get(key) ?? []), { pages: index, y: segment.y }]);
  const least = Math.max(2, Math.ceil(MIN_SHARE * pages.length));
  const gone = new Set<Segment>();
  const repeated = new Map<number, string[]>();
  for (const [index, zone] of zones.entries()) {
    for (const { segment, key, isAlone } of zone) {
      const same = (counts.get(key) ?? []).filter(({ y }) => Math.abs(y - segment.y) < SLACK);
      if (isPageNumber(segment.text, index, pages.length, isAlone)) gone.add(segment);
      else if (same.length >= least) {
        gone.add(segment);
        if (same[0]?.pages === index) repeated.set(index, [...(repeated.get(index) ?? []), segment.text]);
      }
    }
  }
  const left = pages.map((page) => ({
    ...page,
    lines: page.lines
      .map((line) => ({ ...line, segments: line.segments.filter((segment) => !gone.has(segment)) }))
      .filter(({ segments }) => segments.length > 0),
  }));
  return { pages: left, repeated };
}

interface InZone {
  segment: Segment;
  /** The same for what differs in the number of the page only. */
  key: string;
  isAlone: boolean;
}

function zoneOf({ lines, height }: PageLines): InZone[] {
  const above = lines.filter(({ y }) => y < ZONE * height).slice(0, MAX_LINES);
  const below = lines.filter(({ y }) => y > (1 - ZONE) * height).slice(-MAX_LINES);
  return [...new Set([...above, ...below])]
    .filter((line) => !isTableHead(line, lines[lines.indexOf(line) + 1]))
    .flatMap(({ segments }) =>
      segments.map((segment) => ({
        segment,
        key: clean(segment.text).toLowerCase().replaceAll(PAGE_WORDS, '#'),
        isAlone: segments.length === 1,
      })),
    );
}

/** A table that goes on repeats its head, which belongs to the rows below it. */
function isTableHead(line: Line, next: Line | undefined): boolean {
  if (line.segments.length < 2 || !next || next.segments.length < 2) return false;
  const starts = new Set(next.segments.map(({ left }) => Math.round(left / 4)));
  return line.segments.filter(({ left }) => starts.has(Math.round(left / 4))).length > 1;
}

/** A number alone is that of the page where it is near it. */
function isPageNumber(text: string, index: number, pages: number, isAlone: boolean): boolean {
  if (!PAGE_NUMBER.test(text)) return false;
  if (/[a-z]{4,}|[a-z]\.|\/|\bof\b|[-–—]/i.test(text)) return true;
  const number = Number(/\d+/.exec(text)?.[0] ?? Number.NaN);
  if (Number.isNaN(number)) return isAlone && index < 30;
  return number === index + 1 || (isAlone && pages > 1 && Math.abs(number - index) <= 30);
}
