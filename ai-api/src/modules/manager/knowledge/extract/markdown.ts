import { fromMarkdown } from 'mdast-util-from-markdown';
import { frontmatterFromMarkdown } from 'mdast-util-frontmatter';
import { gfmTableFromMarkdown } from 'mdast-util-gfm-table';
import { frontmatter } from 'micromark-extension-frontmatter';
import { gfmTable } from 'micromark-extension-gfm-table';
import { type Block, clean, createOutline, type Extracted } from './block.ts';
import { isTag, readHtml } from './html.ts';

/** A node of the tree, with what the kinds that are read have. */
interface Node {
  type: string;
  children?: Node[];
  value?: string;
  alt?: string | null | undefined;
  depth?: number;
  ordered?: boolean | null | undefined;
  start?: number | null | undefined;
}

/**
 * Reads Markdown: CommonMark with tables of GitHub and front matter. HTML in it is read as HTML, also where it begins
 * and ends around Markdown; what is in angle brackets and no tag is text.
 */
export function readMarkdown(source: string): Extracted {
  const outline = createOutline();
  const blocks: Block[] = [];
  let title: string | null = null;
  const add = (text: string) => {
    const cleaned = clean(text);
    if (cleaned !== '') blocks.push({ heading: outline.path(), page: null, text: cleaned });
  };
  const addHtml = (html: string) => {
    for (const { heading, text } of readHtml(html).blocks)
      blocks.push({ heading: [...outline.path(), ...heading], page: null, text });
  };
  const walk = (nodes: readonly Node[]) => {
    for (const node of nodes) {
      const { type, children = [], value = '', depth = 1 } = node;
      if (type === 'yaml') title ??= titleIn(value);
      else if (type === 'heading') {
        const text = textOf(node);
        outline.enter(depth, text);
        title ??= depth === 1 ? clean(text) : null;
      } else if (type === 'list') for (const item of itemsOf(node)) add(item);
      else if (type === 'table') for (const row of children) add(rowText(row));
      else if (type === 'blockquote') walk(children);
      else if (type === 'html') addHtml(value);
      else add(textOf(node));
    }
  };
  const root: Node = fromMarkdown(source, {
    extensions: [frontmatter(['yaml']), gfmTable()],
    mdastExtensions: [frontmatterFromMarkdown(['yaml']), gfmTableFromMarkdown()],
  });
  walk(root.children ?? []);
  return { title, pages: null, blocks };
}

/** Items of an ordered list keep their numbers, since other parts of the text point to them. */
function itemsOf({ ordered, start, children = [] }: Node): string[] {
  return children.map((item, index) => (ordered ? `${(start ?? 1) + index}. ${textOf(item)}` : textOf(item)));
}

function rowText({ children = [] }: Node): string {
  return children.map((cell) => clean(textOf(cell))).join(' | ');
}

/** What stands within a line; between other parts, words do not run together. */
const PHRASING = new Set([
  'text',
  'inlineCode',
  'emphasis',
  'strong',
  'delete',
  'link',
  'linkReference',
  'image',
  'html',
]);

function textOf(node: Node): string {
  if (node.type === 'break') return ' ';
  if (node.type === 'html') return inlineHtml(node.value ?? '');
  if (node.type === 'list') return itemsOf(node).join(' ');
  if (!node.children) return node.value ?? node.alt ?? '';
  return node.children
    .map((child) => (PHRASING.has(child.type) ? textOf(child) : `${textOf(child)} `))
    .join('');
}

/** Nothing of a tag or a comment, and all of what only looks like one, such as `<team>`. */
function inlineHtml(value: string): string {
  if (value.startsWith('<!') || value.startsWith('<?')) return '';
  if (/^<br\b/i.test(value)) return ' ';
  return isTag(/^<\/?([a-z][a-z\d-]*)/i.exec(value)?.[1] ?? '') ? '' : value;
}

/** The title that front matter gives; null without one. */
function titleIn(yaml: string): string | null {
  const given = /^title:[ \t]*(.*)$/m.exec(yaml)?.[1]?.trim() ?? '';
  const title = clean(given.replace(/^(["'])(.*)\1$/, '$2'));
  return title === '' ? null : title;
}
