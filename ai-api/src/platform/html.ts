/** What a template takes: text is escaped, {@link Html} goes in as it is, and null, undefined and booleans are nothing. */
export type HtmlValue = string | number | bigint | boolean | null | undefined | Html | readonly HtmlValue[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

/** Markup that is safe to send; only {@link html} and {@link raw} make it, so no parsed JSON can pass for it. */
export class Html {
  readonly #markup: string;

  constructor(markup: string) {
    this.#markup = markup;
  }

  toString(): string {
    return this.#markup;
  }
}

/**
 * Builds markup whose every inserted value is escaped, for use in text and in quoted attribute values. It does not make a
 * value safe inside `<script>`, `<style>`, an unquoted attribute, or as the scheme of a URL.
 */
export function html(strings: TemplateStringsArray, ...values: HtmlValue[]): Html {
  return new Html(strings.reduce((markup, string, i) => markup + render(values[i - 1]) + string));
}

/** Takes `markup` as it is: never for anything that came from outside. */
export function raw(markup: string): Html {
  return new Html(markup);
}

function render(value: HtmlValue): string {
  if (value === null || value === undefined || typeof value === 'boolean') return '';
  if (value instanceof Html) return value.toString();
  if (typeof value === 'object') return value.map(render).join('');
  return String(value).replace(/[&<>"'`]/g, (character) => ENTITIES[character] ?? '');
}
