import { HTMLElement, type Node, NodeType, parse } from 'node-html-parser';
import { type Block, clean, createOutline, type Extracted } from './block.ts';

/** Not shown, or there to find one's way and not to be read. */
const SKIPPED = new Set(['ASIDE', 'BUTTON', 'HEAD', 'NAV', 'NOSCRIPT', 'SCRIPT', 'STYLE', 'SVG', 'TEMPLATE']);
/** Parts of a page around its document. */
const AROUND =
  /^(alertdialog|banner|complementary|contentinfo|dialog|menu|menubar|navigation|search|toolbar)$/i;
const BLOCKS = new Set(['P', 'LI', 'PRE', 'BLOCKQUOTE', 'DT', 'DD', 'FIGCAPTION', 'CAPTION', 'SUMMARY']);
const INLINE = new Set(
  'A ABBR B BDI BDO CITE CODE DEL DFN EM FONT I INS KBD LABEL MARK Q S SAMP SMALL SPAN STRIKE STRONG SUB SUP TIME TT U VAR WBR'.split(
    ' ',
  ),
);
const OTHER_TAGS = new Set(
  'ADDRESS AREA ARTICLE AUDIO BASE BODY BR CANVAS CENTER COL COLGROUP DATA DATALIST DETAILS DIV DL EMBED FIELDSET FIGURE FOOTER FORM H1 H2 H3 H4 H5 H6 HEADER HGROUP HR HTML IFRAME IMG INPUT LEGEND LINK MAIN MAP META METER OBJECT OL OPTGROUP OPTION OUTPUT PICTURE PROGRESS RP RT RUBY SECTION SELECT SOURCE TABLE TBODY TD TEXTAREA TFOOT TH THEAD TITLE TR TRACK UL VIDEO'.split(
    ' ',
  ),
);
/** Cells that one cell may stand for. */
const MAX_SPAN = 100;

/** Whether HTML has a tag of that name. */
export function isTag(name: string): boolean {
  return [SKIPPED, BLOCKS, INLINE, OTHER_TAGS].some((tags) => tags.has(name.toUpperCase()));
}

/**
 * Reads HTML. What is not shown is not read: scripts, styles, comments, hidden elements; nor is what is around the
 * document: menus, search, banners, the page's own header and footer.
 */
export function readHtml(source: string): Extracted {
  const root = parse(source.replace(/^\s*<!doctype[^>]*>/i, ''), {
    blockTextElements: { script: false, style: false, noscript: false, pre: true },
  });
  const outline = createOutline();
  const blocks: Block[] = [];
  const add = (text: string) => {
    const cleaned = clean(text);
    if (cleaned !== '') blocks.push({ heading: outline.path(), page: null, text: cleaned });
  };

  function walk(node: Node): void {
    if (node.nodeType === NodeType.TEXT_NODE) add(node.text);
    if (!(node instanceof HTMLElement) || isLeftOut(node)) return;
    const level = /^H([1-6])$/.exec(node.tagName)?.[1];
    if (level) outline.enter(Number(level), shownText(node));
    else if (node.tagName === 'TABLE') {
      for (const caption of node.querySelectorAll('caption').slice(0, 1)) add(shownText(caption));
      for (const row of rowsOf(node)) add(row);
    } else if (isOneBlock(node)) {
      add(`${numberOf(node)}${shownText(node)}`);
    } else for (const child of node.childNodes) walk(child);
  }

  walk(root);
  const title = clean(root.querySelector('title')?.text ?? root.querySelector('h1')?.text ?? '');
  return { title: title === '' ? null : title, pages: null, blocks };
}

/** An item is one block with what it holds: its number and the lists in it belong together. */
function isOneBlock(element: HTMLElement): boolean {
  if (element.tagName === 'LI') return !holdsHeadings(element);
  return !holdsBlocks(element) && (BLOCKS.has(element.tagName) || !holdsHeadings(element));
}

function isLeftOut(element: HTMLElement): boolean {
  return SKIPPED.has(element.tagName) || isHidden(element) || isAround(element);
}

function isHidden(element: HTMLElement): boolean {
  const style = element.getAttribute('style') ?? '';
  return (
    element.hasAttribute('hidden') ||
    element.getAttribute('aria-hidden') === 'true' ||
    /display\s*:\s*none|visibility\s*:\s*hidden/i.test(style)
  );
}

/** The header of an article is part of it; that of the page is not. */
function isAround(element: HTMLElement): boolean {
  if (AROUND.test(element.getAttribute('role') ?? '')) return true;
  return /^(HEADER|FOOTER)$/.test(element.tagName) && element.closest('article,main,section') === null;
}

/** `3. ` before an item of an ordered list, since other parts of the text point to its number. */
function numberOf(element: HTMLElement): string {
  const list = element.parentNode;
  if (element.tagName !== 'LI' || list?.tagName !== 'OL') return '';
  const items = list.childNodes.filter((node) => node instanceof HTMLElement && node.tagName === 'LI');
  const own = Number(element.getAttribute('value') ?? Number.NaN);
  const first = Number(list.getAttribute('start') ?? 1);
  const number = Number.isInteger(own) ? own : (Number.isInteger(first) ? first : 1) + items.indexOf(element);
  return `${number}. `;
}

/** A table's rows as text, cells kept apart; a cell that spans several rows or columns is in each of them. */
function rowsOf(table: HTMLElement): string[] {
  const rows = table
    .querySelectorAll('tr')
    .filter((row) => row.closest('table') === table && !isLeftOut(row));
  const below = new Map<number, { text: string; left: number }>();
  return rows.map((row) => {
    const cells: string[] = [];
    const takeBelow = () => {
      for (let span = below.get(cells.length); span && span.left > 0; span = below.get(cells.length)) {
        span.left -= 1;
        cells.push(span.text);
      }
    };
    for (const cell of row.childNodes) {
      if (!(cell instanceof HTMLElement) || !/^(TD|TH)$/.test(cell.tagName)) continue;
      takeBelow();
      const text = isLeftOut(cell) ? '' : clean(shownText(cell));
      const left = spanOf(cell, 'rowspan') - 1;
      for (let column = spanOf(cell, 'colspan'); column > 0; column--) {
        if (left > 0) below.set(cells.length, { text, left });
        cells.push(text);
      }
    }
    takeBelow();
    return cells.join(' | ').replace(/[|\s]+$/, '');
  });
}

function spanOf(cell: HTMLElement, name: 'rowspan' | 'colspan'): number {
  const given = Number(cell.getAttribute(name) ?? 1);
  return Number.isInteger(given) && given >= 1 ? Math.min(given, MAX_SPAN) : 1;
}

/** The text that is shown, words of blocks kept apart. */
function shownText(element: HTMLElement): string {
  return element.childNodes
    .map((child) => {
      if (!(child instanceof HTMLElement)) return child.nodeType === NodeType.TEXT_NODE ? child.text : '';
      if (isLeftOut(child)) return '';
      if (child.tagName === 'TABLE') return ` ${rowsOf(child).join(' ')} `;
      if (INLINE.has(child.tagName)) return shownText(child);
      return ` ${numberOf(child)}${shownText(child)} `;
    })
    .join('')
    .trim();
}

const holdsBlocks = (element: HTMLElement) =>
  element.querySelector('p,li,tr,pre,blockquote,dt,dd,div,section,article,table,ul,ol,summary') !== null;
const holdsHeadings = (element: HTMLElement) => element.querySelector('h1,h2,h3,h4,h5,h6') !== null;
