import type { Part } from './columns.ts';
import type { Line, Segment } from './lines.ts';

/** Of the least distance of rows, what lines of one row have at most. */
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
    const isNearer = at > first && distanceTo(lines, at) < MAX_WITHIN_ROW * pitch;
    if (last && goesOn(texts, isNear(lines, at), isNearer)) {
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

/** The least distance of lines that begin a row. */
function pitchOf(lines: readonly Line[], cells: readonly Segment[][][]): number {
  const starts = lines.filter((_, index) => (cells[index]?.[0]?.length ?? 0) > 0).map(({ y }) => y);
  return Math.min(...starts.slice(1).map((y, index) => y - (starts[index] as number)));
}

/** Whether a line goes on in the cells of the row above it. */
function goesOn(texts: readonly string[], isNear: boolean, isNearer: boolean): boolean {
  const filled = texts.filter((text) => text !== '');
  if (!isNear) return false;
  if (texts[0] === '') return isNearer || filled.length < 2;
  return filled.length < texts.length && filled.every((text) => /^\p{Ll}/u.test(text));
}

function joined(above: string, text: string): string {
  return /\p{L}-$/u.test(above) && /^\p{Ll}/u.test(text)
    ? `${above.slice(0, -1)}${text}`
    : `${above} ${text}`.trim();
}
