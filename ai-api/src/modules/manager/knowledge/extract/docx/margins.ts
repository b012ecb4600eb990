import type { Element } from 'domhandler';
import { clean } from '../block.ts';
import type { Archive } from './archive.ts';
import { childOf, childrenOf, descendantsOf, isOn, rootOf } from './xml.ts';

/** A number of a page, alone or with what it is called. */
const PAGE_NUMBER = /^(?:(?:page|seite|p\.)\s*)?[-–|]?\s*\d*\s*(?:(?:of|von|\/)\s*\d*)?\s*[-–|]?$/i;

/**
 * The page headers and footers that the pages of a document have, each text once: a policy may say there from when it
 * is in force. Those of the first and of even pages count where the document has such.
 */
export function marginsOf(archive: Archive, body: Element, textOf: (part: Element) => string): string[] {
  const hasEven = isOn(rootOf(archive.part('settings')) ?? undefined, 'w:evenAndOddHeaders') ?? false;
  const ids: string[] = [];
  for (const section of descendantsOf(body, 'w:sectPr')) {
    const hasFirst = isOn(section, 'w:titlePg') ?? false;
    for (const reference of [
      ...childrenOf(section, 'w:headerReference'),
      ...childrenOf(section, 'w:footerReference'),
    ]) {
      const type = reference.attribs['w:type'] ?? 'default';
      if (type === 'default' || (type === 'first' ? hasFirst : hasEven))
        ids.push(reference.attribs['r:id'] ?? '');
    }
  }
  const texts = [...new Set(ids)].map((id) => {
    const root = rootOf(archive.relation(id));
    return root ? clean(textOf(root)) : '';
  });
  return [...new Set(texts)].filter((text) => !PAGE_NUMBER.test(text));
}

/** The color of the page; white where nothing says. */
export function pageFill(archive: Archive, document: Element): string {
  const isShown = isOn(rootOf(archive.part('settings')) ?? undefined, 'w:displayBackgroundShape') ?? false;
  const color = childOf(document, 'w:background')?.attribs['w:color'];
  return isShown && color !== undefined && color !== 'auto' ? color : '';
}
