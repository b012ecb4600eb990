import type { CheerioAPI } from 'cheerio';
import type { Element } from 'domhandler';
import { clean } from '../block.ts';
import type { UnreadNotes } from '../unread.ts';

/** Parts of a page around its document, by their role. */
const ROLES = 'alertdialog banner complementary contentinfo dialog menu menubar navigation search toolbar'
  .split(' ')
  .map((role) => `[role="${role}" i]`)
  .join(',');
/** And by what programs that make pages call them. */
const NAMES =
  /^(?:(?:main|site|page|top|global|primary|secondary|left|right)[-_]?)?(?:nav(?:bar|igation)?|menu|side-?bar|breadcrumbs?|footer|masthead|skip-?(?:nav|links?)|toc|table-of-contents|pagination|pager)$|^(?:cookie|consent|gdpr)[-_]?(?:banner|bar|consent|notice|popup|overlay|message)?$|^(?:related|see-also)[-_]?(?:pages|posts|articles|links|content)$|^(?:social|share)[-_]?(?:links|buttons|bar)?$|^(?:advert(?:isement)?|ads|newsletter|popup|modal)$/i;
/** Notes within the text. */
const NOTE = /admonition|callout|note|warning|tip|info|pull-?quote/i;
/** Of a page's words, what its main part or what is around it has at least or at most to be taken for that. */
const MIN_MAIN = 0.2;
const MAX_AROUND = 0.5;

/** Takes out of a page what is around its document: menus, banners, search, its own header and footer. */
export function removeSurroundings($: CheerioAPI, unread: UnreadNotes): void {
  const length = (element: Element) => clean($(element).text()).length;
  const whole = clean($('body').text()).length;
  let left = 0;
  const remove = (element: Element) => {
    const text = clean($(element).find('*').append(' ').end().text());
    left += text.length;
    if (text !== '') unread.add('surroundings', text.split(' ').slice(0, 6).join(' '));
    $(element).replaceWith(' ');
  };
  const removeAll = (selector: string) => {
    for (const element of $(selector).toArray() as Element[])
      if ($(element).closest('body').length > 0) remove(element);
  };
  const isInside = (element: Element) => $(element).parents('main,article,[role="main"]').length > 0;

  removeAll(`nav,${ROLES}`);
  for (const element of $('aside').toArray() as Element[])
    if (!isInside(element) && !NOTE.test(`${element.attribs.class} ${element.attribs.role}`)) remove(element);
  for (const element of $('header,footer').toArray() as Element[])
    if (!isInside(element) && $(element).parents('section').length === 0 && !holdsTitle($, element))
      remove(element);
  const named = ($('[class],[id]').toArray() as Element[]).filter(
    (element) =>
      !/^(body|html|main|article|h[1-6])$/.test(element.name) && isNamedSo(element) && !isInside(element),
  );
  for (const element of named)
    if ($(element).closest('body').length > 0 && left + length(element) < MAX_AROUND * whole) remove(element);
  keepMain($, whole, remove);
}

/** A header that has the only main heading of the page is the beginning of its document. */
function holdsTitle($: CheerioAPI, element: Element): boolean {
  const own = $(element).find('h1').length;
  return element.name === 'header' && own > 0 && own === $('h1').length;
}

function isNamedSo({ attribs }: Element): boolean {
  return [...(attribs.class ?? '').split(/\s+/), attribs.id ?? ''].some((name) => NAMES.test(name));
}

/** Where a page says which part is its document, the rest is not: all but its title. */
function keepMain($: CheerioAPI, whole: number, remove: (element: Element) => void): void {
  const main = $('main,[role="main"]');
  if (main.length === 0 || clean(main.text()).length < MIN_MAIN * whole) return;
  const inside = new Set<unknown>();
  for (const one of main.toArray())
    for (let node = one as Element['parent']; node; node = node.parent) inside.add(node);
  const visit = (element: Element) => {
    if (inside.has(element)) {
      if (main.is(element)) return;
      for (const child of [...element.children]) if ('name' in child) visit(child as Element);
    } else if (element.name !== 'head' && !/^(h1|header|script|style)$/.test(element.name)) remove(element);
  };
  for (const element of $('body').toArray() as Element[]) visit(element);
}
