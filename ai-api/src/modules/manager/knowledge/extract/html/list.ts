import type { CheerioAPI } from 'cheerio';
import type { Element } from 'domhandler';
import { numberAs } from '../numbers.ts';

const FORMATS: Readonly<Record<string, Parameters<typeof numberAs>[0]>> = {
  a: 'lowerAlpha',
  A: 'upperAlpha',
  i: 'lowerRoman',
  I: 'upperRoman',
};

/** Numbers of the items of lists that were asked for: each list is counted once. */
const counted = new WeakMap<Element, ReadonlyMap<Element, string>>();

/** `3. ` before an item of an ordered list, since other parts of the text point to its number. */
export function itemNumber($: CheerioAPI, item: Element): string {
  const list = item.parent;
  if (!list || !('name' in list) || list.name !== 'ol') return '';
  const numbers = counted.get(list) ?? numbersOf($, list);
  counted.set(list, numbers);
  return numbers.get(item) ?? '';
}

function numbersOf($: CheerioAPI, list: Element): Map<Element, string> {
  const numbers = new Map<Element, string>();
  if (/list-style(-type)?\s*:\s*none/i.test(list.attribs.style ?? '')) return numbers;
  const items = $(list).children('li').toArray() as Element[];
  const format = FORMATS[list.attribs.type ?? ''] ?? 'decimal';
  const step = 'reversed' in list.attribs ? -1 : 1;
  let number = whole(list.attribs.start) ?? (step === -1 ? items.length : 1);
  for (const item of items) {
    number = whole(item.attribs.value) ?? number;
    numbers.set(item, `${numberAs(format, number)}. `);
    number += step;
  }
  return numbers;
}

function whole(text: string | undefined): number | null {
  return text !== undefined && /^-?\d{1,9}$/.test(text.trim()) ? Number(text) : null;
}
