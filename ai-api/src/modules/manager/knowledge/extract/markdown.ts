import { fromMarkdown } from 'mdast-util-from-markdown';
import { toString as textOf } from 'mdast-util-to-string';
import { type Block, clean, createOutline, type Extracted } from './block.ts';

type Root = ReturnType<typeof fromMarkdown>;

/** Reads Markdown (CommonMark). Markup of HTML inside it is left out. */
export function readMarkdown(source: string): Extracted {
  const outline = createOutline();
  const blocks: Block[] = [];
  let title: string | null = null;
  const add = (text: string) => {
    const cleaned = clean(text);
    if (cleaned !== '') blocks.push({ heading: outline.path(), page: null, text: cleaned });
  };
  const walk = (nodes: Root['children']) => {
    for (const node of nodes) {
      if (node.type === 'heading') {
        const text = textOf(node);
        outline.enter(node.depth, text);
        title ??= node.depth === 1 ? clean(text) : null;
      } else if (node.type === 'list') for (const item of node.children) add(textOf(item));
      else if (node.type === 'blockquote') walk(node.children);
      else if (node.type !== 'html') add(textOf(node));
    }
  };
  walk(fromMarkdown(source).children);
  return { title, pages: null, blocks };
}
