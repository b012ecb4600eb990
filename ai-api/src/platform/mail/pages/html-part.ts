/** What a reader expects of a mail that brings no style of its own, and links that open a new tab. */
const BEFORE = `<!doctype html><meta charset="utf-8"><base target="_blank"><style>
html { background: #fff; color: #1d2124; color-scheme: light; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 24px; overflow-wrap: anywhere; }
img { max-width: 100%; }
</style>`;

/** The document for the sandboxed frame: the mail's own HTML, unchanged, behind our defaults. */
export function htmlPart(markup: string): string {
  return BEFORE + markup;
}
