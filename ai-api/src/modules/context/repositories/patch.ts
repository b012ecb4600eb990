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

/** The last part of a path of any system. */
export function nameOf(path: string): string {
  return path.replaceAll('\\', '/').split('/').at(-1) ?? path;
}

/** Whether a path of a tool is this file of a repository: it may be absolute, relative to the folder, and of Windows. */
export function isSameFile(ofTool: string, ofCommit: string): boolean {
  const path = ofTool.replaceAll('\\', '/').replace(/^\.\//, '');
  return path === ofCommit || path.endsWith(`/${ofCommit}`);
}

/** Lines with less than this say nothing about where they come from. */
const MIN_LINE = 4;
const MAX_DIGESTS = 2000;

/** A line as lines are compared: without white space around it, and with single spaces inside. */
export function plainLine(line: string): string {
  return line.trim().replaceAll(/\s+/g, ' ');
}

/** Whether a plain line says something about where it comes from. */
export function isTelling(line: string): boolean {
  return line.length >= MIN_LINE && /[\p{L}\p{N}]/u.test(line);
}

/**
 * Digests of the telling lines that a commit adds, by which it is found again inside a squash. Null when a diff is
 * unknown; a commit with more than 2,000 such lines has the
 * first of them.
 */
export function lineDigestsOf(files: readonly Pick<ForgeFile, 'patch'>[]): number[] | null {
  if (files.length === 0 || files.some(({ patch }) => patch === null)) return null;
  const digests = new Set<number>();
  for (const { patch } of files)
    for (const line of changedLines(patch as string)
      .added.map(plainLine)
      .filter(isTelling)) {
      digests.add(createHash('sha256').update(line).digest().readInt32BE());
      if (digests.size >= MAX_DIGESTS) return [...digests];
    }
  return [...digests];
}

/** Lines of the new file, as far as its diff shows them. */
export function linesOfPatch(patch: string): { number: number; text: string; isAdded: boolean }[] {
  const lines: { number: number; text: string; isAdded: boolean }[] = [];
  let at = 0;
  for (const line of patch.split('\n')) {
    const start = /^@@ -\d+(?:,\d+)? \+(\d+)/.exec(line)?.[1];
    if (start !== undefined) {
      at = Number(start);
      continue;
    }
    if (at === 0 || line.startsWith('-') || line.startsWith('\\')) continue;
    lines.push({ number: at, text: line.slice(1), isAdded: line.startsWith('+') });
    at += 1;
  }
  return lines;
}

/** The line of the new file with this number, as far as its diff shows it. */
export function lineOfPatch(patch: string, number: number): string | null {
  return linesOfPatch(patch).find((line) => line.number === number)?.text ?? null;
}
