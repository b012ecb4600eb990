import { HTMLElement, type Node, NodeType, parse } from 'node-html-parser';
import { type Block, clean, createOutline, type Extracted } from './block.ts';

const SKIPPED = new Set(['SCRIPT', 'STYLE', 'NOSCRIPT', 'TEMPLATE', 'HEAD', 'SVG', 'NAV']);
const BLOCKS = new Set(['P', 'LI', 'TR', 'PRE', 'BLOCKQUOTE', 'DT', 'DD', 'FIGCAPTION', 'CAPTION']);

const INLINE = new Set([
  'A',
  'ABBR',
  'B',
  'CODE',
  'EM',
  'I',
  'MARK',
  'S',
  'SMALL',
  'SPAN',
  'STRONG',
  'SUB',
  'SUP',
  'U',
]);

/** Reads HTML. What is not shown is not read: scripts, styles, hidden elements. */
export function readHtml(source: string): Extracted {
  const root = parse(source, {
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
    if (!(node instanceof HTMLElement) || SKIPPED.has(node.tagName) || isHidden(node)) return;
    const level = /^H([1-6])$/.exec(node.tagName)?.[1];
    if (level) outline.enter(Number(level), node.text);
    else if (BLOCKS.has(node.tagName) ? !holdsBlocks(node) : !holdsBlocks(node) && !holdsHeadings(node)) {
      add(shownText(node));
    } else for (const child of node.childNodes) walk(child);
  }

  walk(root);
  const title = clean(root.querySelector('title')?.text ?? root.querySelector('h1')?.text ?? '');
  return { title: title === '' ? null : title, pages: null, blocks };
}

function isHidden(element: HTMLElement): boolean {
  const style = element.getAttribute('style') ?? '';
  return (
    element.hasAttribute('hidden') ||
    element.getAttribute('aria-hidden') === 'true' ||
    /display\s*:\s*none|visibility\s*:\s*hidden/i.test(style)
  );
}

/** Cells of a row are kept apart; hidden parts are left out. */
function shownText(element: HTMLElement): string {
  return element.childNodes
    .map((child) => {
      if (!(child instanceof HTMLElement)) return child.text;
      if (SKIPPED.has(child.tagName) || isHidden(child)) return '';
      if (/^(TD|TH)$/.test(child.tagName)) return `${shownText(child)} | `;
      return INLINE.has(child.tagName) ? shownText(child) : `${shownText(child)} `;
    })
    .join('')
    .replace(/[|\s]+$/, '');
}

const holdsBlocks = (element: HTMLElement) =>
  element.querySelector('p,li,tr,pre,blockquote,dt,dd,div,section,article,table,ul,ol') !== null;
const holdsHeadings = (element: HTMLElement) => element.querySelector('h1,h2,h3,h4,h5,h6') !== null;
