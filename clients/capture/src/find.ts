import { type Dirent, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Place } from './places.ts';

/** A file of an assistant as it is now. */
export interface Found {
  tool: string;
  path: string;
  kind: Place['kind'];
  identity: string;
  size: number;
  /** Milliseconds; of a database the later of itself and its log. */
  modified: number;
}

/** All files at the places, without reading them. Folders that do not exist or may not be read have none. */
export function findFiles(places: readonly Place[]): Found[] {
  const found = places.flatMap((place) =>
    [...below(place.folder, '', place.depth)]
      .filter((path) => place.files.test(path))
      .flatMap((path) => describe(place, join(place.folder, path))),
  );
  return [...new Map(found.map((file) => [file.path, file])).values()];
}

function* below(folder: string, path: string, depth: number): Generator<string> {
  for (const entry of entriesOf(join(folder, path))) {
    const entryPath = path === '' ? entry.name : `${path}/${entry.name}`;
    if (entry.isFile()) yield entryPath;
    else if (entry.isDirectory() && depth > 0) yield* below(folder, entryPath, depth - 1);
  }
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** The file as it is now; empty when it has just vanished. */
export function describe({ tool, kind }: Pick<Place, 'tool' | 'kind'>, path: string): Found[] {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat?.isFile()) return [];
  const log = kind === 'cursor-database' ? statSync(`${path}-wal`, { throwIfNoEntry: false }) : undefined;
  return [
    {
      tool,
      path,
      kind,
      identity: `${stat.dev}:${stat.ino}`,
      size: stat.size + (log?.size ?? 0),
      modified: Math.max(stat.mtimeMs, log?.mtimeMs ?? 0),
    },
  ];
}
