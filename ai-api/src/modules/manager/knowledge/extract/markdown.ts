import { fromMarkdown } from 'mdast-util-from-markdown';
import { frontmatterFromMarkdown } from 'mdast-util-frontmatter';
import { gfmTableFromMarkdown } from 'mdast-util-gfm-table';
import { frontmatter } from 'micromark-extension-frontmatter';
import { gfmTable } from 'micromark-extension-gfm-table';
import { type Block, clean, createOutline, type Extracted } from './block.ts';
import { isTag, readHtml } from './html.ts';

type Root = ReturnType<typeof fromMarkdown>;
type Node = Root['children'][number] | Parent;
interface Parent {
  type: string;
  children: Node[];
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
      if (node.type === 'yaml') title ??= titleIn((node as { value?: string }).value ?? '');
      else if (node.type === 'heading') {
        const text = textOf(node);
        outline.enter((node as { depth: number }).depth, text);
        title ??= (node as { depth: number }).depth === 1 ? clean(text) : null;
      } else if (node.type === 'list') addItems(node as List, add);
      else if (node.type === 'table') for (const row of (node as Parent).children) add(rowText(row));
      else if (node.type === 'blockquote') walk((node as Parent).children);
      else if (node.type === 'html') addHtml((node as { value: string }).value);
      else add(textOf(node));
    }
  };
  walk(
    fromMarkdown(source, {
      extensions: [frontmatter(['yaml']), gfmTable()],
      mdastExtensions: [frontmatterFromMarkdown(['yaml']), gfmTableFromMarkdown()],
    }).children,
  );
  return { title, pages: null, blocks };
}

interface List extends Parent {
  ordered?: boolean | null;
  start?: number | null;
}

/** Items of an ordered list keep their numbers, since other parts of the text point to them. */
function addItems({ ordered, start, children }: List, add: (text: string) => void): void {
  for (const [index, item] of children.entries())
    add(ordered ? `${(start ?? 1) + index}. ${textOf(item)}` : textOf(item));
}

function rowText(row: Node): string {
  return (row as Parent).children.map((cell) => clean(textOf(cell))).join(' | ');
}

/** What holds words of its own; between these, words do not run together. */
const PHRASING = new Set([
  'text',
  'inlineCode',
  'emphasis',
  'strong',
  'delete',
  'link',
  'linkReference',
  'html',
]);

function textOf(node: Node): string {
  if (node.type === 'break') return ' ';
  if (node.type === 'html') return inlineHtml((node as { value: string }).value);
  if ('alt' in node) return node.alt ?? '';
  if ('value' in node) return node.value;
  if (!('children' in node)) return '';
  return (node.children as Node[])
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
