import { type Extracted, UnreadableFile } from './block.ts';
import { openArchive } from './docx/archive.ts';
import { createBodyReader } from './docx/body.ts';
import { marginsOf, pageFill } from './docx/margins.ts';
import { childOf, rootOf } from './docx/xml.ts';

/**
 * Reads a Word document of 2007 or later as it shows: with the numbers that Word counts, without what is hidden or
 * deleted, and with the text of page headers and footers once, before the rest.
 */
export async function readDocx(body: Uint8Array): Promise<Extracted> {
  const archive = await openArchive(body);
  const root = rootOf(archive.document);
  const story = childOf(root, 'w:body');
  if (!root || !story) throw new UnreadableFile('It is not a readable Word document.');
  const reader = createBodyReader(archive);
  const surface = { fill: pageFill(archive, root) };
  for (const text of marginsOf(archive, story, (part) => reader.textOf(part, surface))) reader.add(text);
  reader.visitAll(story, surface);
  return { title: reader.title(), pages: null, blocks: reader.end(), unread: reader.unread.list() };
}
