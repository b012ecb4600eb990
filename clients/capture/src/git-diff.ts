/** A file of a commit as `POST /commits` takes it. */
export interface CommitFile {
  path: string;
  previousPath?: string;
  change: 'added' | 'modified' | 'removed' | 'renamed';
  added?: number;
  deleted?: number;
  patch?: string;
}

const MAX_FILES = 3000;
const MAX_PATCH = 200_000;
/** Diffs of one commit: what is beyond it is sent as counts of lines. */
const MAX_PATCHES = 1_000_000;

/** The files of a diff as `git log -p` writes it, with their hunks as far as the limits allow. */
export function filesOfDiff(diff: string): CommitFile[] {
  let left = MAX_PATCHES;
  return diff
    .split(/^diff --git /m)
    .slice(1, MAX_FILES + 1)
    .flatMap((part) => {
      const file = fileOf(part);
      if (file?.patch === undefined) return file ? [file] : [];
      left -= file.patch.length;
      if (left >= 0 && file.patch.length <= MAX_PATCH) return [file];
      const { patch: _, ...counts } = file;
      return [counts];
    });
}

function fileOf(part: string): CommitFile | null {
  const start = part.search(/^@@ /m);
  const head = start < 0 ? part : part.slice(0, start);
  const named = (pattern: RegExp) => unquoted(pattern.exec(head)?.[1]);
  const after = named(/^\+\+\+ (?:"?b\/)(.*?)"?\t?$/m) ?? named(/^rename to (.*)$/m);
  const before = named(/^--- (?:"?a\/)(.*?)"?\t?$/m) ?? named(/^rename from (.*)$/m);
  const path = after ?? before ?? pathOf(head);
  if (path === null || path.length > 1000) return null;
  const change = /^new file mode/m.test(head)
    ? 'added'
    : /^deleted file mode/m.test(head)
      ? 'removed'
      : before !== null && before !== path
        ? 'renamed'
        : 'modified';
  const names = {
    path,
    ...(change === 'renamed' && before !== null ? { previousPath: before } : {}),
    change,
  } as const;
  if (/^Binary files /m.test(head)) return names;
  const patch = start < 0 ? '' : part.slice(start).replace(/\n$/, '');
  return { ...names, ...countsOf(patch), patch };
}

/** Mode changes and empty files name their path in the first line alone, twice. */
function pathOf(head: string): string | null {
  const first = head.split('\n', 1)[0] ?? '';
  const half = (first.length - 1) / 2;
  return (
    first
      .slice(0, half)
      .replace(/^"?a\//, '')
      .replace(/"$/, '') || null
  );
}

function unquoted(path: string | undefined): string | null {
  return path === undefined
    ? null
    : path
        .replace(/^"(.*)"$/, '$1')
        .replaceAll('\\"', '"')
        .replaceAll('\\\\', '\\');
}

function countsOf(patch: string) {
  let [added, deleted] = [0, 0];
  for (const line of patch.split('\n')) {
    if (line.startsWith('+')) added += 1;
    else if (line.startsWith('-')) deleted += 1;
  }
  return { added, deleted };
}
