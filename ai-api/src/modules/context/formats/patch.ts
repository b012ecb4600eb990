import { MAX_EDIT_CHARACTERS, MAX_FILES } from './limits.ts';
import type { Edit } from './model.ts';
import { clean, name } from './values.ts';

const HEADER = /^\*\*\* (Update|Add|Delete) File: (.+)$/;

/** Edits of a patch with the headers `*** Update File:`, `*** Add File:` and `*** Delete File:`, one for each file. */
export function patchEdits(patch: string): Edit[] {
  const edits: Edit[] = [];
  let open: { path: string; action: string; before: string[]; after: string[] } | null = null;
  const close = () => {
    if (open && edits.length < MAX_FILES) edits.push(closed(open));
    open = null;
  };
  for (const line of patch.split('\n')) {
    const header = HEADER.exec(line);
    const path = name(header?.[2]);
    if (header && path) {
      close();
      open = { path, action: header[1] ?? '', before: [], after: [] };
    } else if (line.startsWith('*** End Patch')) close();
    else if (open && line.startsWith('+')) open.after.push(line.slice(1));
    else if (open && line.startsWith('-')) open.before.push(line.slice(1));
  }
  close();
  return edits;
}

function closed(open: { path: string; action: string; before: string[]; after: string[] }): Edit {
  const text = (lines: string[]) => clean(lines.join('\n'), MAX_EDIT_CHARACTERS);
  return {
    path: open.path,
    before: open.before.length > 0 ? text(open.before) : null,
    after: open.action === 'Delete' ? null : text(open.after),
  };
}
