import { MAX_EDIT_CHARACTERS } from '../limits.ts';
import type { Edit } from '../model.ts';
import { clean, name } from '../values.ts';

/** The blocks of an answer that search and replace, each after a line with its path. */
export function searchReplaceBlocks(answer: string): Edit[] {
  const edits: Edit[] = [];
  const lines = answer.split('\n');
  let open: { path: string; before: string[]; after: string[]; isAfter: boolean } | null = null;
  for (const [index, line] of lines.entries()) {
    if (/^<{5,9} SEARCH\s*$/.test(line))
      open = { path: pathBefore(lines, index), before: [], after: [], isAfter: false };
    else if (open && /^={5,9}\s*$/.test(line)) open.isAfter = true;
    else if (open && /^>{5,9} REPLACE\s*$/.test(line)) {
      const text = (written: string[]) => clean(written.join('\n'), MAX_EDIT_CHARACTERS);
      if (open.path !== '')
        edits.push({
          path: open.path,
          before: open.before.length > 0 ? text(open.before) : null,
          after: text(open.after),
        });
      open = null;
    } else if (open) (open.isAfter ? open.after : open.before).push(line);
  }
  return edits;
}

/** The last line before the block that is neither blank nor a fence. */
function pathBefore(lines: readonly string[], index: number): string {
  for (let at = index - 1; at >= Math.max(0, index - 3); at--) {
    const line = (lines[at] ?? '')
      .trim()
      .replace(/^[#*`]+|[*`:]+$/g, '')
      .trim();
    if (line !== '' && !/^(```|~~~)/.test((lines[at] ?? '').trim())) return name(line) ?? '';
  }
  return '';
}
