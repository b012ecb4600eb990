import type { Line, Segment } from './lines.ts';
import { tableRows } from './table.ts';

/** A part of a page in reading order. */
export type Part = { kind: 'lines'; lines: Line[] } | { kind: 'table'; rows: string[][] };

/** The free space between two columns, and how many lines have text on both of its sides. */
export interface Gutter {
  from: number;
  to: number;
}

const MIN_GUTTER = 5;
/** Lines further apart than so many times their size belong to different parts. */
const MAX_DISTANCE = 4;
/** Of columns of a text, unlike those of a table: words in a line, and lines that go on in small letters. */
const MIN_WORDS = 3;
const MIN_CONTINUED = 0.3;
const LABEL =
  /^([•·▪◦‣–—*o\u2022\uf0b7-]|\(?[\da-z]{1,3}[.)]|\(?[ivx]{1,5}[.)]|\d+(\.\d+)+\.?|§+ ?\d+\w?|\[[ x]?\])$/iu;

/** Divides a page into parts: columns of text one after the other, tables by rows, and lines as they come. */
export function partsOf(lines: readonly Line[]): Part[] {
  const parts: Part[] = [];
  const plain: Line[] = [];
  const endPlain = () => {
    if (plain.length > 0) parts.push({ kind: 'lines', lines: plain.splice(0) });
  };
  for (let at = 0; at < lines.length; ) {
    const region = regionAt(lines, at);
    if (!region) {
      plain.push(lines[at] as Line);
      at += 1;
      continue;
    }
    const own = lines.slice(region.first, region.end);
    const gutters = finest(own, region.gutters);
    const columns = gutters.length + 1;
    const cells = own.map((line) => inColumns(line, gutters));
    const byColumn = Array.from({ length: columns }, (_, column) => cells.map((one) => one[column] ?? []));
    if (isText(byColumn)) {
      endPlain();
      for (const column of byColumn) parts.push(...partsOf(linesIn(column, own)));
    } else if (isList(byColumn)) plain.push(...own);
    else {
      endPlain();
      parts.push(...tableRows(own, cells));
    }
    at = region.end;
  }
  endPlain();
  return parts;
}

interface Region {
  first: number;
  end: number;
  gutters: Gutter[];
}

/** The longest run of lines from one on that the same gutters divide; null where none begins. */
function regionAt(lines: readonly Line[], first: number): Region | null {
  let region: Region | null = null;
  let both = 0;
  const segments: Segment[] = [];
  for (let end = first; end < lines.length; end++) {
    const line = lines[end] as Line;
    const before = lines[end - 1];
    if (end > first && before && line.y - before.y > MAX_DISTANCE * Math.max(line.size, before.size)) break;
    segments.push(...line.segments);
    const gutters = guttersIn(segments);
    if (end === first && gutters.length === 0 && !isBesideNext(lines, end)) return null;
    if (end > first && gutters.length === 0) break;
    if (region && gutters.length < region.gutters.length && both >= 2 && isLone(line, region.gutters)) break;
    if (line.segments.length > 1 || isBesideNext(lines, end)) both += 1;
    if (both >= 2) region = { first, end: end + 1, gutters };
  }
  return region;
}

/** A line that crosses a gutter of the lines above: a heading or a paragraph below them. */
function isLone({ segments }: Line, gutters: readonly Gutter[]): boolean {
  return segments.some(({ left, right }) => gutters.some(({ from, to }) => left < from && right > to));
}

/** Columns whose lines have different heights: the next line is beside this one, and hardly below it. */
function isBesideNext(lines: readonly Line[], at: number): boolean {
  const [line, next] = [lines[at], lines[at + 1]];
  if (!line || !next || next.y - line.y > 0.9 * line.size) return false;
  const [own, other] = [edgesOf(line), edgesOf(next)];
  return own.right + MIN_GUTTER < other.left || other.right + MIN_GUTTER < own.left;
}

const edgesOf = ({ segments }: Line) => ({
  left: Math.min(...segments.map(({ left }) => left)),
  right: Math.max(...segments.map(({ right }) => right)),
});

/** Where no segment is, between some that are. */
function guttersIn(segments: readonly Segment[]): Gutter[] {
  const gutters: Gutter[] = [];
  let reach = Number.POSITIVE_INFINITY;
  for (const { left, right } of segments.toSorted((a, b) => a.left - b.left)) {
    if (left - reach > MIN_GUTTER) gutters.push({ from: reach, to: left });
    reach = Number.isFinite(reach) ? Math.max(reach, right) : right;
  }
  return gutters;
}

/** The gutters of the lines that have most cells, where several do: cells of others may span some of these. */
function finest(lines: readonly Line[], gutters: readonly Gutter[]): readonly Gutter[] {
  const most = Math.max(...lines.map(({ segments }) => segments.length));
  const full = lines.filter(({ segments }) => segments.length === most);
  if (full.length < 2 || most === gutters.length + 1) return gutters;
  const finer = guttersIn(full.flatMap(({ segments }) => segments));
  return finer.length === most - 1 ? finer : gutters;
}

/** The segments of each column; one that spans several, or is in the middle between two, is in each of them. */
function inColumns({ segments }: Line, gutters: readonly Gutter[]): Segment[][] {
  const columns: Segment[][] = Array.from({ length: gutters.length + 1 }, () => []);
  for (const segment of segments) {
    const first = gutters.filter(({ to }) => to <= segment.left + 1).length;
    const isBetween = gutters.some(({ from, to }) => from < segment.left && segment.right < to);
    const last = gutters.filter(({ to }) => to < segment.right - 1).length + (isBetween ? 1 : 0);
    for (let column = first; column <= Math.max(first, last); column++) columns[column]?.push(segment);
  }
  return columns;
}

function linesIn(column: readonly Segment[][], lines: readonly Line[]): Line[] {
  return column.flatMap((segments, index) => {
    const { y, size } = lines[index] as Line;
    return segments.length === 0 ? [] : [{ segments, y, size }];
  });
}

const textOf = (segments: readonly Segment[]) => segments.map(({ text }) => text).join(' ');

/** Whether columns are read from above to below: their lines go on in one another. */
function isText(columns: readonly Segment[][][]): boolean {
  return columns.every((column) => {
    const lines = column.map(textOf).filter((text) => text !== '');
    const words = lines.reduce((sum, line) => sum + line.split(' ').length, 0);
    const goesOn = lines.slice(1).filter((line) => /^\p{Ll}/u.test(line)).length;
    return (
      lines.length > 1 && words / lines.length >= MIN_WORDS && goesOn / (lines.length - 1) >= MIN_CONTINUED
    );
  });
}

/** Whether the first column only has signs and numbers of list items. */
function isList(columns: readonly Segment[][][]): boolean {
  const labels = (columns[0] ?? []).map(textOf).filter((text) => text !== '');
  return columns.length === 2 && labels.every((label) => LABEL.test(label));
}
