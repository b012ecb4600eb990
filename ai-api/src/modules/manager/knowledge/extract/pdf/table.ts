import type { Part } from './columns.ts';
import type { Line, Segment } from './lines.ts';

/** Of the usual distance of rows, what lines of one row have at most. */
const MAX_WITHIN_ROW = 0.85;

const textOf = (segments: readonly Segment[]) => segments.map(({ text }) => text).join(' ');

/**
 * The rows of a table from its lines: lines of one row are put together, and a row whose first cell is missing has
 * that of the row above, as merged cells have it. Lines before and after it that have one cell are no rows.
 * @param cells of each line, by column
 */
export function tableRows(lines: readonly Line[], cells: readonly Segment[][][]): Part[] {
  const filled = cells.map((row) => row.filter((segments) => segments.length > 0).length);
  const first = filled.findIndex((count) => count > 1);
  let end = filled.findLastIndex((count) => count > 1) + 1;
  // A last line that goes on in a cell is part of its row.
  while (end < lines.length && cells[end]?.[0]?.length === 0 && isNear(lines, end)) end += 1;
  const pitch = pitchOf(lines.slice(first, end), cells.slice(first, end));
  const rows: string[][] = [];
  for (let at = first; at < end; at++) {
    const texts = (cells[at] ?? []).map(textOf);
    const last = rows.at(-1);
    const distance = at === first ? Number.POSITIVE_INFINITY : distanceTo(lines, at);
    if (last && goesOn(texts, distance, pitch)) {
      for (const [column, text] of texts.entries())
        if (text !== '') last[column] = joined(last[column] ?? '', text);
    } else rows.push(texts[0] === '' && last ? [last[0] ?? '', ...texts.slice(1)] : texts);
  }
  return [
    { kind: 'lines', lines: lines.slice(0, first) },
    { kind: 'table', rows },
    { kind: 'lines', lines: lines.slice(end) },
  ];
}

const distanceTo = (lines: readonly Line[], at: number) => (lines[at]?.y ?? 0) - (lines[at - 1]?.y ?? 0);

const isNear = (lines: readonly Line[], at: number) => distanceTo(lines, at) < 1.6 * (lines[at]?.size ?? 0);

/** The distance of lines that begin a row: the median of those with a first cell. */
function pitchOf(lines: readonly Line[], cells: readonly Segment[][][]): number {
  const starts = lines.filter((_, index) => (cells[index]?.[0]?.length ?? 0) > 0).map(({ y }) => y);
  const distances = starts.slice(1).map((y, index) => y - (starts[index] as number));
  return distances.toSorted((a, b) => a - b)[Math.floor(distances.length / 2)] ?? 0;
}

/** Whether a line goes on in the cells of the row above it. */
function goesOn(texts: readonly string[], distance: number, pitch: number): boolean {
  if (distance > MAX_WITHIN_ROW * pitch && texts[0] !== '') return false;
  const others = texts.slice(1).filter((text) => text !== '').length;
  if (texts[0] === '') return distance < MAX_WITHIN_ROW * pitch || others < 2;
  return distance < MAX_WITHIN_ROW * pitch && texts.some((text) => /^\p{Ll}/u.test(text));
}

function joined(above: string, text: string): string {
  return /\p{L}-$/u.test(above) && /^\p{Ll}/u.test(text)
    ? `${above.slice(0, -1)}${text}`
    : `${above} ${text}`.trim();
}
