import { type CheerioAPI, load } from 'cheerio';
import { type AnyNode, type Element, isTag as isElement, isText } from 'domhandler';
import { clean, createBlocks, type Extracted, inOneLine } from './block.ts';
import { removeHidden } from './html/hidden.ts';
import { itemNumber } from './html/list.ts';
import { removeSurroundings } from './html/surroundings.ts';
import { isLayout, rowsOf } from './html/table.ts';
import { isInline } from './html/tags.ts';
import { createUnread, type UnreadNotes } from './unread.ts';

/**
 * Reads HTML as browsers parse it. What is not shown is not read, nor is what is around the document: menus, search,
 * banners, the page's own header and footer; both are noted.
 */
export function readHtml(source: string): Extracted {
  const $ = load(source);
  const unread = createUnread();
  const named = clean($('title').first().text());
  removeHidden($, unread);
  removeSurroundings($, unread);
  const reader = createReader($, unread);
  for (const element of $('body').toArray()) reader.visit(element);
  return { title: titleOf($, named), pages: null, blocks: reader.end(), unread: unread.list() };
}

/** Its own title; where that is the main heading and the name of the site, the heading. */
function titleOf($: CheerioAPI, named: string): string | null {
  const heading = clean($('h1').first().text());
  if (named === '' || (heading !== '' && named.startsWith(heading))) return heading || named || null;
  return named;
}

/** Gathers the text of a line until a block begins or ends. */
function createReader($: CheerioAPI, unread: UnreadNotes) {
  const { add, enter, addTable, heading, end } = createBlocks();
  let line = '';
  /** The number of an item whose text has not begun. */
  let number = '';
  const flush = () => {
    if (clean(line) !== '') {
      add(`${number}${line}`);
      number = '';
    }
    line = '';
  };

  function visit(node: AnyNode): void {
    if (isText(node)) line += node.data;
    if (!isElement(node)) return;
    const { name } = node;
    if (isInline(node)) {
      const text = inlineText(node);
      if (text !== null) line += text;
      else visitAll(node);
    } else if (name === 'br') line += ' ';
    else if (name === 'table') visitTable(node);
    else if (name === 'dd' && previous(node) === 'dt') {
      if (!/[.:;?!]\s*$/.test(line)) line = `${line.trimEnd()}: `;
      visitItem(node);
      flush();
    } else {
      flush();
      visitBlock(node);
    }
  }

  function visitBlock(element: Element): void {
    const level = /^h([1-6])$/.exec(element.name)?.[1] ?? ariaLevel(element);
    if (level) {
      enter(Number(level), textOf(element));
      return;
    }
    if (element.name === 'li') {
      number = itemNumber($, element);
      visitItem(element);
    } else visitAll(element);
    if (element.name !== 'dt' || next(element) !== 'dd') flush();
  }

  /** An item is one block with what it holds: its number and the lists in it belong together. */
  function visitItem(element: Element): void {
    if ($(element).find('h1,h2,h3,h4,h5,h6,table').length === 0) line += textOf(element);
    else visitAll(element);
  }

  function visitTable(table: Element): void {
    flush();
    if (isLayout($, table)) {
      visitAll(table);
      flush();
      return;
    }
    for (const caption of $(table).children('caption').toArray()) add(textOf(caption));
    addTable(rowsOf($, table, (cell) => clean(textOf(cell))));
  }

  const visitAll = (element: Element) => {
    for (const child of element.children) visit(child);
  };

  /** What an element says that is more than, or other than, the text in it; null where it is that text. */
  function inlineText(element: Element): string | null {
    const { name, attribs } = element;
    if (name === 'img') {
      if (!attribs.alt && attribs.alt !== '' && !isIcon(attribs)) unread.add('picture', heading().at(-1));
      return attribs.alt ? ` ${attribs.alt} ` : '';
    }
    if (name === 'input') return attribs.type === 'checkbox' ? ('checked' in attribs ? '[x] ' : '[ ] ') : '';
    if (name === 'sup') return raised($, element);
    if ('data-footnote-backref' in attribs || name === 'rp') return '';
    return name === 'q' ? `“${textOf(element)}”` : null;
  }

  /** The text of an element, words of blocks kept apart. */
  function textOf(element: Element): string {
    return element.children
      .map((child): string => {
        if (isText(child)) return child.data;
        if (!isElement(child)) return '';
        if (child.name === 'table') return ` ${inOneLine(rowsOf($, child, (cell) => clean(textOf(cell))))} `;
        if (isInline(child)) return inlineText(child) ?? textOf(child);
        return ` ${child.name === 'li' ? itemNumber($, child) : ''}${textOf(child)} `;
      })
      .join('')
      .trim();
  }

  return {
    visit,
    end: () => {
      flush();
      return end();
    },
  };
}

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** Raised figures: of a note in brackets, so that `14` with a note 1 does not become 141; others as such. */
function raised($: CheerioAPI, element: Element): string | null {
  const text = clean($(element).text());
  if (!/^\[?\d{1,3}\]?$/.test(text)) return null;
  const digits = text.replaceAll(/\D/g, '');
  if ($(element).find('a').length > 0 || $(element).closest('a').length > 0) return ` [${digits}]`;
  return [...digits].map((digit) => SUPERSCRIPTS[Number(digit)]).join('');
}

function isIcon({ width, height, role }: Record<string, string>): boolean {
  return role === 'presentation' || Number(width) < 100 || Number(height) < 100;
}

function ariaLevel({ attribs }: Element): string | undefined {
  return attribs.role === 'heading' ? (/^[1-6]$/.exec(attribs['aria-level'] ?? '2')?.[0] ?? '2') : undefined;
}

const elementName = (node: AnyNode | null, step: 'prev' | 'next'): string | undefined => {
  let other = node?.[step] ?? null;
  while (other && !isElement(other)) other = other[step];
  return other?.name;
};
const previous = (element: Element) => elementName(element, 'prev');
const next = (element: Element) => elementName(element, 'next');
