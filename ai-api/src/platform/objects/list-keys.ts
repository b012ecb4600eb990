import type { Dirent } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { directoryName, readName } from './file-names.ts';
import { isMissing } from './object-file.ts';

interface Range {
  /** Only keys that start with this. */
  prefix: string;
  /** Only keys that come after this one; '' for all. */
  after: string;
}

/** Keys under `root` in the order of their UTF-8 bytes, reading only the directories that can hold one in range. */
export function listKeys(root: string, range: Range): AsyncGenerator<string> {
  return walk(root, '', range);
}

async function* walk(directory: string, path: string, range: Range): AsyncGenerator<string> {
  const found = await Promise.all((await entries(directory)).map((entry) => interpret(directory, entry)));
  const below = found
    .filter((entry) => entry !== null)
    .map(({ kind, segment }) => ({ segment, key: path + segment + (kind === 'directory' ? '/' : '') }))
    .filter(({ key }) => (key.endsWith('/') ? mayHold(key, range) : isInRange(key, range)))
    .map((entry) => ({ ...entry, bytes: Buffer.from(entry.key) }))
    .sort((a, b) => Buffer.compare(a.bytes, b.bytes));
  for (const { key, segment } of below) {
    if (key.endsWith('/')) yield* walk(join(directory, directoryName(segment)), key, range);
    else yield key;
  }
}

function isInRange(key: string, { prefix, after }: Range): boolean {
  return key.startsWith(prefix) && isAfter(key, after);
}

function mayHold(path: string, { prefix, after }: Range): boolean {
  const overlaps = path.startsWith(prefix) || prefix.startsWith(path);
  return overlaps && (isAfter(path, after) || after.startsWith(path));
}

function isAfter(key: string, after: string): boolean {
  return Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0;
}

async function entries(directory: string): Promise<Dirent[]> {
  try {
    return await readdir(directory, { withFileTypes: true });
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

async function interpret(
  directory: string,
  entry: Dirent,
): Promise<{ kind: 'object' | 'directory'; segment: string } | null> {
  const meaning = readName(entry.name, entry.isDirectory());
  if (!meaning || 'segment' in meaning) return meaning;
  try {
    return { kind: meaning.kind, segment: await readFile(join(directory, meaning.segmentIn), 'utf8') };
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}
