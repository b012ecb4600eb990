import { type Block, clean, type Extracted, UnreadableFile } from './block.ts';

const MAX_DEPTH = 32;

/** Reads JSON, such as a rubric: the path to a value is its heading, values of one object stay together. */
export function readJson(source: string): Extracted {
  let root: unknown;
  try {
    root = JSON.parse(source);
  } catch (error) {
    throw new UnreadableFile('It is not valid JSON.', error);
  }
  const title =
    isObject(root) && 'title' in root && typeof root.title === 'string' ? clean(root.title) : null;
  const blocks: Block[] = [];
  const walk = (value: unknown, heading: string[]) => {
    if (heading.length > MAX_DEPTH)
      throw new UnreadableFile(`It is nested more than ${MAX_DEPTH} levels deep.`);
    if (!isObject(value)) return add(String(value), heading);
    const entries = Object.entries(value);
    // Its title is above all of it already.
    const isTitle = (key: string) => heading.length === 0 && key === 'title' && title !== null;
    const plain = entries.filter(([key, child]) => !isObject(child) && !isTitle(key));
    add(
      plain.map(([key, child]) => (Array.isArray(value) ? `${child}` : `${key}: ${child}`)).join('; '),
      heading,
    );
    for (const [key, child] of entries) {
      if (isObject(child))
        walk(child, Array.isArray(value) ? heading : [...heading, clean(key).slice(0, 200)]);
    }
  };
  const add = (text: string, heading: string[]) => {
    const cleaned = clean(text);
    if (cleaned !== '') blocks.push({ heading, page: null, text: cleaned });
  };
  walk(root, []);
  return { title, pages: null, blocks, unread: [] };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
