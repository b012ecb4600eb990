import { type Matrix, times } from './geometry.ts';
import type { TextItem } from './visible.ts';

/** Text between two large gaps of a line. The origin is the upper left corner of the page; in points. */
export interface Segment {
  text: string;
  left: number;
  right: number;
  /** Of its baseline, downwards. */
  y: number;
  size: number;
}

/** Segments on one height, from left to right. */
export interface Line {
  segments: Segment[];
  y: number;
  size: number;
}

/** Gaps, as shares of the size of the letters. */
const SPACE = 0.15;
const GAP = 0.95;
const MIN_GAP = 7;
const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** The lines of a page, from above to below. Text that is turned against most of the page comes last. */
export function linesOf(items: readonly TextItem[], viewport: Matrix): Line[] {
  const placed = items
    .filter(({ str }) => str.trim() !== '')
    .map((item) => ({ item, matrix: times(viewport, item.transform as unknown as Matrix) }));
  const letters = new Map<number, number>();
  for (const { item, matrix } of placed) {
    const turn = turnOf(matrix);
    letters.set(turn, (letters.get(turn) ?? 0) + item.str.length);
  }
  const turns = [...letters].toSorted(([, a], [, b]) => b - a).map(([turn]) => turn);
  return turns.flatMap((turn) =>
    inLines(placed.filter(({ matrix }) => turnOf(matrix) === turn).flatMap((one) => segmentsOf(one, turn))),
  );
}

/** Quarters of a turn of the text, 0 for upright. */
function turnOf([a, b]: Matrix): number {
  return (Math.round((Math.atan2(b, a) * 2) / Math.PI) + 4) % 4;
}

function segmentsOf({ item, matrix }: { item: TextItem; matrix: Matrix }, turn: number): Segment[] {
  const [, , c, d, e, f] = matrix;
  const [x, y] = [
    [e, f],
    [f, -e],
    [-e, -f],
    [-f, e],
  ][turn] as [number, number];
  const size = Math.hypot(c, d) || item.height || 1;
  const whole = { left: x, right: x + item.width, y, size };
  return apart(item.str).map(({ text, from, to }) => ({
    ...whole,
    text,
    left: whole.left + from * item.width,
    right: whole.left + to * item.width,
  }));
}

/** Pieces that many blanks keep apart, each with where it begins and ends as shares of the whole. */
function apart(text: string): { text: string; from: number; to: number }[] {
  if (!/\S\s{3,}\S/.test(text)) return [{ text, from: 0, to: 1 }];
  return [...text.matchAll(/\S+(?:\s{1,2}\S+)*/g)].map(({ 0: piece, index }) => ({
    text: piece,
    from: index / text.length,
    to: (index + piece.length) / text.length,
  }));
}

function inLines(segments: readonly Segment[]): Line[] {
  const lines: Line[] = [];
  // Of the same height, in the order of the file.
  for (const segment of segments.toSorted((a, b) => Math.round(a.y - b.y))) {
    const line = lines.findLast(
      (one, index) =>
        index > lines.length - 4 && Math.abs(one.y - segment.y) < reachOf(one.size, segment.size),
    );
    if (!line) {
      lines.push({ segments: [segment], y: segment.y, size: segment.size });
      continue;
    }
    line.segments.push(segment);
    if (segment.size > line.size) {
      line.size = segment.size;
      line.y = segment.y;
    }
  }
  return lines.map((line) => ({ ...line, segments: together(line) })).toSorted((a, b) => a.y - b.y);
}

/** How far from its baseline a text of another size is still on a line: raised figures are farther. */
function reachOf(one: number, other: number): number {
  const [small, large] = one < other ? [one, other] : [other, one];
  return large * (small < 0.8 * large ? 0.7 : 0.45);
}

/** Joins what is near on a line, in the direction of its script; small raised figures are written as such. */
function together({ segments, size, y }: Line): Segment[] {
  const isLeftward = isRightToLeft(segments.map(({ text }) => text).join(''));
  const order = isLeftward
    ? (a: Segment, b: Segment) => b.right - a.right
    : (a: Segment, b: Segment) => a.left - b.left;
  const joined: Segment[] = [];
  for (const segment of segments.toSorted(order)) {
    const last = joined.at(-1);
    const text = raised(segment, size, y);
    const gap = !last ? 0 : isLeftward ? last.left - segment.right : segment.left - last.right;
    if (!last || gap > Math.max(MIN_GAP, GAP * size)) joined.push({ ...segment, text });
    else if (!isPrintedTwice(last, segment)) append(last, { ...segment, text }, gap);
  }
  return joined
    .map((segment) => ({ ...segment, text: segment.text.trim() }))
    .filter(({ text }) => /[^\s\p{Cc}]/u.test(text));
}

function append(last: Segment, segment: Segment, gap: number): void {
  const isFigure = /^[⁰¹²³⁴⁵⁶⁷⁸⁹]+$/.test(segment.text);
  const isApart =
    !isFigure &&
    (gap > SPACE * Math.min(last.size, segment.size) || /\s$/.test(last.text) || /^\s/.test(segment.text));
  last.text = `${last.text.trimEnd()}${isApart ? ' ' : ''}${segment.text.trimStart()}`;
  last.left = Math.min(last.left, segment.left);
  last.right = Math.max(last.right, segment.right);
  last.size = Math.max(last.size, segment.size);
}

function raised({ text, size, y }: Segment, around: number, baseline: number): string {
  const isRaised = size < 0.8 * around && baseline - y > 0.15 * around;
  if (!isRaised || !/^\s*\d{1,3}\s*$/.test(text)) return text;
  return [...text.trim()].map((digit) => SUPERSCRIPTS[Number(digit)]).join('');
}

/** Some programs draw letters twice, a little apart, to make them bold. */
function isPrintedTwice(one: Segment, other: Segment): boolean {
  return one.text.trim() === other.text.trim() && Math.abs(one.left - other.left) < 0.2 * one.size;
}

function isRightToLeft(text: string): boolean {
  const letters = text.match(/\p{L}/gu) ?? [];
  const leftward = letters.filter((letter) => /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/.test(letter));
  return leftward.length * 2 > letters.length;
}
