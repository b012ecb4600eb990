/**
 * What a spreadsheet may run as a formula: a sign, also a full-width or small one, behind white space or characters that
 * nobody sees.
 */
const FORMULA = /^(?:[\t\r]|[\s\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]*[=+\-@＝＋－＠﹦﹢﹣﹫−])/u;

/** One line of a CSV file (RFC 4180). A cell that a spreadsheet would run as a formula starts with an apostrophe. */
export function csvLine(cells: (string | number | null)[]): string {
  const quoted = cells.map((cell) => {
    const text = String(cell ?? '');
    const harmless = typeof cell === 'string' && FORMULA.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
  });
  return `${quoted.join(',')}\r\n`;
}

/** Text as Markdown shows it literally, on one line. */
export function plain(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(/[\\`*_{}[\]()<>#+!|~&-]/g, '\\$&');
}

/** The head of every report: what it is, of whom, of when. */
export function heading(title: string, facts: Record<string, string>): string {
  const lines = Object.entries(facts).map(([name, value]) => `- ${name}: ${plain(value)}\n`);
  return `# ${title}\n\n${lines.join('')}\n`;
}
