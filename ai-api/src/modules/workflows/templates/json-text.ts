/** JSON text that PostgreSQL takes: without NUL, and without halves of characters. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/g,
    (_match, before: string) => `${before}\\ufffd`,
  );
}
