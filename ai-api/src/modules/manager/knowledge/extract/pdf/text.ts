import { clean, type createBlocks } from '../block.ts';
import type { Part } from './columns.ts';
import { joinedLines, type Words } from './hyphens.ts';
import type { Line } from './lines.ts';

type Blocks = ReturnType<typeof createBlocks>;

/** Lines without a full stop that begin with a number or are all capitals are headings. */
const NUMBERED = /^\d+(\.\d+)*\.?\s+\S.{0,78}$/u;
const CAPITALS = /^(?=(?:.*\p{Lu}){4})[\p{Lu}\d][\p{Lu}\d\s,&/()-]{3,78}$/u;
const ENDS = /[.:;?!]["”’)]?$/;
const ITEM = /^([•·▪◦‣*\uf0b7]|[-–—]\s|\(?[\da-z]{1,3}[.)]\s|\d+(\.\d+)+\.?\s)/iu;
/** How much larger than most of the text a heading is. */
const LARGER = 1.15;
const MAX_HEADING = 120;
/** The space between two lines, as a share of their size, from which on a paragraph begins. */
const NEW_PARAGRAPH = 1.75;
/** Levels of headings that are no larger than the text, below all that are. */
const LEVEL = { capitals: 20, numbered: 21 };

const textOf = ({ segments }: Line) => segments.map(({ text }) => text).join(' ');

/** The size of most letters. */
export function bodySize(lines: readonly Line[]): number {
  const letters = new Map<number, number>();
  for (const { size, segments } of lines) {
    const rounded = Math.round(size * 2) / 2;
    const length = segments.reduce((sum, { text }) => sum + text.length, 0);
    letters.set(rounded, (letters.get(rounded) ?? 0) + length);
  }
  return [...letters].toSorted(([, a], [, b]) => b - a)[0]?.[0] ?? 0;
}

/** The sizes of headings, the largest first. */
export function headingSizes(lines: readonly Line[], body: number): number[] {
  const sizes = lines
    .filter((line) => line.size >= LARGER * body && textOf(line).length <= MAX_HEADING)
    .map(({ size }) => Math.round(size * 2) / 2);
  return [...new Set(sizes)].toSorted((a, b) => b - a);
}

/** Reads the parts of a page into blocks: headings by their form, paragraphs by their distances and full stops. */
export function addParts(
  { add, enter, addTable }: Blocks,
  parts: readonly Part[],
  page: number,
  sizes: readonly number[],
  words: Words,
): void {
  for (const part of parts) {
    if (part.kind === 'table')
      addTable(
        part.rows.map((cells) => ({ cells, isHead: false })),
        page,
      );
    else for (const paragraph of paragraphsOf(part.lines, sizes)) addParagraph(paragraph);
  }

  function addParagraph({ lines, level }: Paragraph): void {
    const texts = lines.map(textOf);
    if (level !== null) {
      enter(level, joinedLines(texts, words), page);
      return;
    }
    const [first = ''] = texts.map(clean);
    const isFollowed = texts.length > 1 && !ENDS.test(first);
    if (CAPITALS.test(first) && (isFollowed || texts.length === 1)) {
      enter(LEVEL.capitals, first, page);
      texts.shift();
    } else if (isFollowed && NUMBERED.test(first)) {
      enter(LEVEL.numbered, first, page);
      texts.shift();
    }
    add(joinedLines(texts, words), page);
  }
}

interface Paragraph {
  lines: Line[];
  /** Of a heading; null for text. */
  level: number | null;
}

function paragraphsOf(lines: readonly Line[], sizes: readonly number[]): Paragraph[] {
  const paragraphs: Paragraph[] = [];
  for (const line of lines) {
    const level = levelOf(line, sizes);
    const last = paragraphs.at(-1);
    const above = last?.lines.at(-1);
    if (last && above && last.level === level && !begins(line, above, level !== null)) last.lines.push(line);
    else paragraphs.push({ lines: [line], level });
  }
  return paragraphs;
}

function levelOf(line: Line, sizes: readonly number[]): number | null {
  const place = sizes.indexOf(Math.round(line.size * 2) / 2);
  const text = textOf(line);
  return place === -1 || text.length > MAX_HEADING || /[.;,]$/.test(text) ? null : place + 1;
}

function begins(line: Line, above: Line, isHeading: boolean): boolean {
  if (line.y - above.y > NEW_PARAGRAPH * Math.max(line.size, above.size) || line.y < above.y) return true;
  return !isHeading && (ENDS.test(textOf(above)) || ITEM.test(textOf(line)));
}
