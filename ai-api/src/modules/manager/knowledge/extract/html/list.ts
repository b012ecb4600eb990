import type { CheerioAPI } from 'cheerio';
import type { Element } from 'domhandler';
import { numberAs } from '../numbers.ts';

const FORMATS: Readonly<Record<string, Parameters<typeof numberAs>[0]>> = {
  a: 'lowerAlpha',
  A: 'upperAlpha',
  i: 'lowerRoman',
  I: 'upperRoman',
};

/** `3. ` before an item of an ordered list, since other parts of the text point to its number. */
export function itemNumber($: CheerioAPI, item: Element): string {
  const list = item.parent;
  if (!list || !('name' in list) || list.name !== 'ol') return '';
  if (/list-style(-type)?\s*:\s*none/i.test(list.attribs.style ?? '')) return '';
  const items = $(list).children('li').toArray() as Element[];
  const step = 'reversed' in list.attribs ? -1 : 1;
  let number = whole(list.attribs.start) ?? (step === -1 ? items.length : 1);
  for (const one of items) {
    number = whole(one.attribs.value) ?? number;
    if (one === item) break;
    number += step;
  }
  return `${numberAs(FORMATS[list.attribs.type ?? ''] ?? 'decimal', number)}. `;
}

function whole(text: string | undefined): number | null {
  return text !== undefined && /^-?\d{1,9}$/.test(text.trim()) ? Number(text) : null;
}
