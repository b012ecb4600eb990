import { gap } from './look.ts';
import type { Row, Widget } from './model.ts';

/** Columns of ToolJet's grid, on a page and inside every component. */
export const COLUMNS = 43;
const MARGIN = 1;
const GUTTER = 1;
/** Pixels that the label above a field takes. */
const LABEL = 24;

/** A place on the grid: `left` and `width` in columns, `top` and `height` in pixels. */
export interface Place {
  left: number;
  width: number;
  top: number;
  height: number;
}

export interface Placed {
  widget: Widget;
  desktop: Place;
  mobile: Place;
}

export interface Layout {
  placed: Placed[];
  /** Pixels that the rows take in all. */
  desktopHeight: number;
  mobileHeight: number;
}

/** Places rows below each other; on a phone every cell has a row of its own. */
export function layOut(rows: readonly Row[], compact = false): Layout {
  const placed: Placed[] = [];
  const edge = compact ? 8 : gap.rows;
  let top = edge;
  let mobileTop = edge;
  for (const row of rows) {
    const spans = spansOf(row.map(({ weight }) => weight));
    let left = MARGIN;
    let rowHeight = 0;
    row.forEach((cell, index) => {
      const width = spans[index] as number;
      const height = Math.max(...cell.widgets.map((widget) => widget.height));
      const mobileHeight = Math.max(...cell.widgets.map((widget) => widget.mobileHeight ?? widget.height));
      for (const widget of cell.widgets) {
        placed.push({
          widget,
          desktop: { left, width, top: top + (drops(row, cell) ? LABEL : 0), height },
          mobile: { left: MARGIN, width: COLUMNS - 2 * MARGIN, top: mobileTop, height: mobileHeight },
        });
      }
      left += width + GUTTER;
      // A modal takes no room where it stands.
      if (cell.widgets.every(({ type }) => type === 'ModalV2')) return;
      rowHeight = Math.max(rowHeight, height + (drops(row, cell) ? LABEL : 0));
      mobileTop += mobileHeight + gap.stacked;
    });
    if (rowHeight > 0) top += rowHeight + gap.rows;
  }
  return { placed, desktopHeight: top, mobileHeight: mobileTop };
}

const LABELLED = new Set(['TextInput', 'TextArea', 'DropdownV2', 'RangeSlider', 'FilePicker']);

/** Beside a field a button stands where the field's box does, not where its label is. */
function drops(row: Row, cell: Row[number]): boolean {
  const isField = ({ widgets }: Row[number]) => widgets.some(({ type }) => LABELLED.has(type));
  return row.some(isField) && cell.widgets.every(({ type }) => type === 'Button');
}

/** Whole columns for weights: they and the gutters fill the row, and each has at least one. */
function spansOf(weights: readonly number[]): number[] {
  const free = COLUMNS - 2 * MARGIN - GUTTER * (weights.length - 1);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const exact = weights.map((weight) => Math.max(1, (free * weight) / total));
  const spans = exact.map(Math.floor);
  const byRest = exact.map((value, index) => ({ index, rest: value % 1 })).sort((a, b) => b.rest - a.rest);
  let left = free - spans.reduce((sum, span) => sum + span, 0);
  for (const { index } of byRest) {
    if (left-- <= 0) break;
    spans[index] = (spans[index] as number) + 1;
  }
  return spans;
}
