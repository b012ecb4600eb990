import type { CheerioAPI } from 'cheerio';
import type { Element } from 'domhandler';

/** Declarations of an element, later ones before earlier ones of the same property. */
export type Style = ReadonlyMap<string, string>;

const MAX_RULES = 2000;
const RELEVANT =
  /(?:^|[;{\s])(?:display|visibility|opacity|font-size|color|background(?:-color|-image)?|text-indent|left|top|clip|clip-path|mso-hide|list-style(?:-type)?|text-decoration(?:-line)?)\s*:/i;

/**
 * The styles of a page's elements: of its own style sheets for simple selectors, then of the attribute. At-rules, such
 * as those for printing, and states such as `:hover` are not applied.
 */
export function stylesOf($: CheerioAPI): (element: Element) => Style {
  const bySheet = new Map<Element, string[]>();
  let rules = 0;
  for (const sheet of $('style').toArray()) {
    if (/print|max-width/i.test($(sheet).attr('media') ?? '')) continue;
    for (const [, selector = '', declarations = ''] of rulesIn($(sheet).text())) {
      if (!RELEVANT.test(declarations) || selector.includes(':') || rules >= MAX_RULES) continue;
      rules += 1;
      for (const element of selected($, selector))
        bySheet.set(element, [...(bySheet.get(element) ?? []), declarations]);
    }
  }
  return (element) =>
    declarationsOf([...(bySheet.get(element) ?? []), element.attribs.style ?? ''].join(';'));
}

function rulesIn(sheet: string) {
  return sheet
    .replaceAll(/\/\*[\s\S]*?\*\/|<!--|-->/g, '')
    .replaceAll(/@[\w-]+[^{};]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}|@[^{};]*;/g, '')
    .matchAll(/([^{}]+)\{([^{}]*)\}/g);
}

function selected($: CheerioAPI, selector: string): Element[] {
  try {
    return $(selector.trim()).toArray() as Element[];
  } catch {
    // A selector that the library does not know hides nothing here.
    return [];
  }
}

function declarationsOf(text: string): Style {
  const style = new Map<string, string>();
  for (const declaration of text.split(';')) {
    const at = declaration.indexOf(':');
    if (at < 0) continue;
    const value = declaration.slice(at + 1).replace(/!\s*important/i, '');
    style.set(declaration.slice(0, at).trim().toLowerCase(), value.trim().toLowerCase());
  }
  return style;
}
