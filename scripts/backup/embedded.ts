import { Buffer } from 'node:buffer';
import { openAsBlob } from 'node:fs';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { lockDataDirectory } from '../../ai-api/src/platform/database/data-lock.ts';
import { PGLITE_EXTENSIONS } from '../../ai-api/src/platform/database/pglite.ts';
import { BackupError } from './manifest.ts';

const FOLDER = 'pglite';

/** Writes the embedded database of `directory`, which no process may have open, as one archive. */
export async function dumpEmbedded(directory: string, file: string): Promise<void> {
  const unlock = await lockDataDirectory(directory);
  try {
    const pglite = await PGlite.create({ dataDir: join(directory, FOLDER), extensions: PGLITE_EXTENSIONS });
    const archive = await pglite.dumpDataDir('gzip');
    await pglite.close();
    await writeFile(file, Buffer.from(await archive.arrayBuffer()), { mode: 0o600, flag: 'wx' });
  } finally {
    await unlock();
  }
}

/** Makes the embedded database of `directory`, which has none yet, from an archive. */
export async function restoreEmbedded(directory: string, file: string): Promise<void> {
  if (await stat(join(directory, FOLDER)).catch(() => null))
    throw new BackupError(`${directory} already contains a database. Restore into an empty DATA_DIR.`);
  await mkdir(directory, { recursive: true });
  const unlock = await lockDataDirectory(directory);
  try {
    const loadDataDir = await openAsBlob(file);
    const pglite = await PGlite.create({
      dataDir: join(directory, FOLDER),
      loadDataDir,
      extensions: PGLITE_EXTENSIONS,
    });
    await pglite.close();
  } finally {
    await unlock();
  }
}
