import type { Element } from 'domhandler';
import type { Row } from '../block.ts';
import { fillOf } from './styles.ts';
import { childOf, descendantsOf, elementsOf, isOn, valOf } from './xml.ts';

const MAX_COLUMNS = 100;

/** Rows or cells of a table, also those inside of content controls and of what was inserted. */
export function partsOf(element: Element, name: 'w:tr' | 'w:tc'): Element[] {
  return elementsOf(element).flatMap((child) => {
    if (child.name === name) return [child];
    return /^w:(sdt|sdtContent|customXml|ins|moveTo)$/.test(child.name) ? partsOf(child, name) : [];
  });
}

/** Whether a row was deleted and is kept to be shown as such, or is hidden; null for one that is read. */
export function whyLeftOut(row: Element): 'deleted' | 'hidden' | null {
  const properties = childOf(row, 'w:trPr');
  if (childOf(properties, 'w:del')) return 'deleted';
  return isOn(properties, 'w:hidden') ? 'hidden' : null;
}

/**
 * The rows of a table. A cell that spans several rows or columns is in each of them.
 * @param textOf the text of a cell
 */
export function rowsOf(table: Element, textOf: (cell: Element) => string): Row[] {
  const rows = partsOf(table, 'w:tr').filter((row) => whyLeftOut(row) === null);
  const isFirstHead = rows.length > 1 && hasFirstRow(childOf(table, 'w:tblPr', 'w:tblLook'));
  let above: string[] = [];
  return rows.map((row, index) => {
    const cells: string[] = Array(number(childOf(row, 'w:trPr', 'w:gridBefore'), 0)).fill('');
    for (const cell of partsOf(row, 'w:tc')) {
      const properties = childOf(cell, 'w:tcPr');
      const text = textIn(cell, properties, cells, above, textOf);
      for (let column = number(childOf(properties, 'w:gridSpan'), 1); column > 0; column--) cells.push(text);
    }
    above = cells;
    const isMarked = isOn(childOf(row, 'w:trPr'), 'w:tblHeader') ?? false;
    return { cells, isHead: isMarked || (index === 0 && isFirstHead) };
  });
}

/** Of a cell that goes on: what is above it or before it. */
function textIn(
  cell: Element,
  properties: Element | undefined,
  before: readonly string[],
  above: readonly string[],
  textOf: (cell: Element) => string,
): string {
  const goesOn = (name: string) => {
    const merge = childOf(properties, name);
    return merge !== undefined && (valOf(merge) ?? 'continue') === 'continue';
  };
  if (goesOn('w:hMerge')) return before.at(-1) ?? '';
  const own = textOf(cell);
  return goesOn('w:vMerge') && own === '' ? (above[before.length] ?? '') : own;
}

function number(element: Element | undefined, fallback: number): number {
  const value = Number(valOf(element) ?? fallback);
  return Number.isInteger(value) && value >= 0 ? Math.min(value, MAX_COLUMNS) : fallback;
}

function hasFirstRow(look: Element | undefined): boolean {
  const named = look?.attribs['w:firstRow'];
  if (named !== undefined) return /^(1|true|on)$/.test(named);
  return (Number.parseInt(valOf(look) ?? '0', 16) & 0x20) !== 0;
}

/** What is behind the text of a cell; null where only the table's style knows. */
export function cellFill(table: Element, cell: Element, around: string | null): string | null {
  const own = fillOf(childOf(cell, 'w:tcPr')) ?? fillOf(childOf(table, 'w:tblPr'));
  return own ?? (childOf(table, 'w:tblPr', 'w:tblStyle') ? null : around);
}

/** Whether a table only frames or places parts of the text: it has one cell, or holds tables. */
export function isLayout(table: Element, isHeading: (paragraph: Element) => boolean): boolean {
  const cells = partsOf(table, 'w:tr').flatMap((row) => partsOf(row, 'w:tc'));
  if (cells.length === 1) return true;
  for (const paragraph of descendantsOf(table, 'w:p')) if (isHeading(paragraph)) return true;
  return false;
}
