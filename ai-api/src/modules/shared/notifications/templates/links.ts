/** A tag to its end, which no `>` within a quoted value is; each part is taken once, so that the work is linear. */
const TAG = /<[a-z](?:(?=("[^"]*"|'[^']*'|[^<>]))\1)*>/gi;
const TARGET = /(\s(?:(?:xlink:)?href|(?:form)?action)\s*=\s*)(?:"([^"]*)"|'([^']*)'|([^\s>]+))/gi;
const ALLOWED = /^\s*(?:https?:|mailto:|tel:|#|$)/i;

/** Markup in which links lead to pages, e-mail addresses and phone numbers alone; every other target, such as a script, becomes `#`. */
export function withSafeLinks(html: string): string {
  return html.replaceAll(TAG, (tag) =>
    tag.replaceAll(TARGET, (all: string, name: string, ...values: (string | undefined)[]) =>
      ALLOWED.test(values[0] ?? values[1] ?? values[2] ?? '') ? all : `${name}"#"`,
    ),
  );
}
