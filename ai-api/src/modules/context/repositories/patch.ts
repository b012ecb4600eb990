import { createHash } from 'node:crypto';
import type { ForgeFile } from './push.ts';

/** Lines of a diff of one file. */
export interface ChangedLines {
  added: string[];
  deleted: string[];
}

/** The lines that a unified diff of one file adds and deletes, without their sign. */
export function changedLines(patch: string): ChangedLines {
  const added: string[] = [];
  const deleted: string[] = [];
  let inHunk = false;
  for (const line of patch.split('\n')) {
    if (line.startsWith('@@')) inHunk = true;
    else if (!inHunk) continue;
    else if (line.startsWith('+')) added.push(line.slice(1));
    else if (line.startsWith('-')) deleted.push(line.slice(1));
  }
  return { added, deleted };
}

/**
 * A digest of what a commit changes, whatever its place in the history: paths and changed lines without white space, as
 * `git patch-id` takes them. Null when the diff of a file is unknown.
 */
export function patchIdOf(files: readonly Pick<ForgeFile, 'path' | 'patch'>[]): string | null {
  if (files.length === 0 || files.some(({ patch }) => patch === null)) return null;
  const hash = createHash('sha256');
  for (const { path, patch } of files.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    const { added, deleted } = changedLines(patch as string);
    hash.update(`${path}\0`);
    for (const line of deleted) hash.update(`-${line.replaceAll(/\s+/g, '')}\n`);
    for (const line of added) hash.update(`+${line.replaceAll(/\s+/g, '')}\n`);
  }
  return hash.digest('hex');
}
