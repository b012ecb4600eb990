import { isSameColor, WHITE } from '../colors.ts';
import type { Drawing, Painted, Shown } from './drawing.ts';
import { areaOf, type Box, isInBox, within } from './geometry.ts';

/** Points below which no letter is read. */
const MIN_SIZE = 2;
const MIN_ALPHA = 0.05;
/** Points beside the page where text may begin, as programs place it carelessly. */
const EDGE = 5;

/**
 * Whether a reader of the page sees a text. Invisible text over a picture is what OCR has read in the picture, and
 * counts as seen.
 */
export function isSeen(shown: Shown, { painted }: Drawing, page: Box): boolean {
  const [x, y] = middleOf(shown);
  const around = painted.filter(({ box }) => isInBox(box, x, y, 1));
  const isOverPicture = around.some(({ kind }) => kind === 'picture');
  if (shown.isInHiddenLayer || !isInBox(page, x, y, EDGE)) return false;
  if (shown.mode === 3 || shown.mode === 7) return isOverPicture;
  if (shown.size < MIN_SIZE || shown.alpha < MIN_ALPHA) return false;
  if (around.some((one) => one.order > shown.order && covers(one, shown))) return false;
  const below = around.filter(({ order }) => order < shown.order).at(-1);
  // Outlines are drawn in a color of their own.
  const isFilled = shown.mode === 0 || shown.mode === 4;
  if (!isFilled || shown.color === null || below?.kind === 'picture') return true;
  const background = below ? below.color : WHITE;
  return background === null || !isSameColor(shown.color, background);
}

function middleOf({ start, end, size }: Shown): [number, number] {
  return [(start[0] + end[0]) / 2, (start[1] + end[1]) / 2 + size / 4];
}

/** Whether a filled area hides a text that was there before it. */
function covers({ kind, isOpaque, box }: Painted, { start, end, size }: Shown): boolean {
  if (kind !== 'fill' || !isOpaque) return false;
  const inset = size / 4;
  return [start, end].every(([x, y]) => isInBox(box, x, y + inset, inset));
}

/** The share of a page that its pictures cover, 0 to 1. */
export function pictureShare({ painted }: Drawing, page: Box): number {
  const pictures = painted.filter(({ kind }) => kind === 'picture');
  const covered = pictures.reduce((sum, { box }) => sum + Math.max(0, areaOf(within(box, page))), 0);
  return Math.min(1, covered / Math.max(1, areaOf(page)));
}

/** Whether text is in the pictures of a page, as OCR puts it there. */
export function hasTextInPictures({ shown, painted }: Drawing): boolean {
  const pictures = painted.filter(({ kind }) => kind === 'picture');
  const inside = shown.filter((one) => {
    const [x, y] = middleOf(one);
    return pictures.some(({ box }) => isInBox(box, x, y));
  });
  return inside.reduce((sum, { text }) => sum + text.length, 0) > 50;
}

/** A text of a page with its place. */
export interface TextItem {
  str: string;
  dir: string;
  transform: readonly number[];
  width: number;
  height: number;
  fontName: string;
  hasEOL: boolean;
}

/**
 * The texts of a page without what is not seen. Both are in the order of the page's instructions, so that they are
 * laid beside each other letter by letter; where that fails, texts that begin where only hidden ones are go.
 */
export function seenItems(
  items: readonly TextItem[],
  shown: readonly Shown[],
  seen: ReadonlySet<Shown>,
): TextItem[] {
  if (shown.every((one) => seen.has(one))) return [...items];
  const letters = items.map(({ str }) => lettersIn(str)).join('');
  const flags = shown.flatMap((one) => Array<boolean>(lettersIn(one.text).length).fill(seen.has(one)));
  if (letters !== shown.map(({ text }) => lettersIn(text)).join(''))
    return items.filter((item) => isSeenHere(item, shown, seen));
  let at = 0;
  return items.map((item) => {
    const str = [...item.str]
      .map((letter) => {
        const { length } = lettersIn(letter);
        const isKept = length === 0 || flags[at];
        at += length;
        return isKept ? letter : '';
      })
      .join('');
    return str.trim() === '' ? { ...item, str: '' } : { ...item, str };
  });
}

const lettersIn = (text: string) => text.replaceAll(/\s/g, '');

function isSeenHere({ transform }: TextItem, shown: readonly Shown[], seen: ReadonlySet<Shown>): boolean {
  const [, , , , x = 0, y = 0] = transform;
  const here = shown.filter(
    ({ start, end, size }) => Math.abs(start[1] - y) < size / 2 && x >= start[0] - 1 && x <= end[0] + 1,
  );
  return here.length === 0 || here.some((one) => seen.has(one));
}
