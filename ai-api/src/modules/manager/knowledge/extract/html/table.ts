import type { CheerioAPI } from 'cheerio';
import type { Element } from 'domhandler';
import type { Row } from '../block.ts';

/** Columns that one cell may stand for. */
const MAX_COLUMNS = 100;
const MAX_ROWS = 65_534;

/**
 * The rows of a table, without those of tables inside its cells. A cell that spans several rows or columns is in each
 * of them.
 * @param textOf the text of a cell
 */
export function rowsOf($: CheerioAPI, table: Element, textOf: (cell: Element) => string): Row[] {
  const isOwn = (element: Element) => $(element).closest('table').is(table);
  const rows = ($(table).find('tr').toArray() as Element[]).filter(isOwn);
  const above: ({ text: string; left: number } | undefined)[] = [];
  return rows.map((row) => {
    const texts: string[] = [];
    const cells = $(row).children('td,th').toArray() as Element[];
    const takeAbove = () => {
      for (let span = above[texts.length]; span && span.left > 0; span = above[texts.length]) {
        span.left -= 1;
        texts.push(span.text);
      }
    };
    for (const cell of cells) {
      takeAbove();
      const text = textOf(cell);
      const left = spanOf(cell.attribs.rowspan, MAX_ROWS) - 1;
      for (let column = spanOf(cell.attribs.colspan, MAX_COLUMNS); column > 0; column--) {
        above[texts.length] = left > 0 ? { text, left } : undefined;
        texts.push(text);
      }
    }
    takeAbove();
    const isHead =
      $(row).parent().is('thead') || (cells.length > 0 && cells.every(({ name }) => name === 'th'));
    return { cells: texts, isHead };
  });
}

/** 0 means all the rest. */
function spanOf(given: string | undefined, most: number): number {
  const number = Number(given ?? 1);
  if (number === 0) return most === MAX_ROWS ? most : 1;
  return Number.isInteger(number) && number >= 1 ? Math.min(number, most) : 1;
}

/** Whether a table only places parts of a page beside each other. */
export function isLayout($: CheerioAPI, table: Element): boolean {
  if (/^(presentation|none)$/i.test(table.attribs.role ?? '')) return true;
  if ($(table).find('h1,h2,h3,h4,h5,h6').length > 0) return true;
  return $(table).find('table').length > 0 && $(table).find('th,caption').length === 0;
}
