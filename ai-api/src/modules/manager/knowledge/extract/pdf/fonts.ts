import type { TextItem } from './visible.ts';

/** Characters that stand for nothing but what a font draws: of private use, unknown, or control characters. */
const NO_LETTER = /[\p{Co}\ufffd\p{Cn}]|(?![\t\n\r])\p{Cc}/gu;
const MIN_LETTERS = 8;
const MAX_SHARE = 0.1;
/** Different signs of a font that only draws bullets and arrows. */
const MAX_SIGNS = 3;
/** Words from which on those without a vowel count, and their share in text that is no language. */
const MIN_WORDS = 20;
const MAX_VOWELLESS = 0.25;

/**
 * Fonts that do not say which letters they show, by their names in a document.
 * @returns those whose text is unreadable, and those that only draw signs
 */
export function fontsIn(items: readonly TextItem[]): { unreadable: Set<string>; signs: Set<string> } {
  const unreadable = new Set<string>();
  const signs = new Set<string>();
  for (const [name, own] of Map.groupBy(items, ({ fontName }) => fontName)) {
    const text = own.map(({ str }) => str).join(' ');
    const shown = text.replaceAll(/\s/g, '');
    const strange = shown.match(NO_LETTER) ?? [];
    if (strange.length > 0 && new Set(shown).size <= MAX_SIGNS) signs.add(name);
    else if (shown.length >= MIN_LETTERS && strange.length > MAX_SHARE * shown.length) unreadable.add(name);
    else if (isNoLanguage(text)) unreadable.add(name);
  }
  return { unreadable, signs };
}

/** Fonts that are numbered otherwise than letters give text of letters that forms no words. */
function isNoLanguage(text: string): boolean {
  const words = text.match(/(?<![\p{L}\d])\p{Script=Latin}{4,}(?![\p{L}\d])/gu) ?? [];
  const vowelless = words.filter((word) => !/[aeiouyäöüáéíóúàèìòùâêîôûæøåœąęěůỳý]/i.test(word));
  return words.length >= MIN_WORDS && vowelless.length > MAX_VOWELLESS * words.length;
}
