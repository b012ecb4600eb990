import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

type Chunks = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/**
 * Writes `chunks` so that `target` is, even after a power cut, either what it was before or complete:
 * into `temporary` (same file system), fsync, rename, fsync of the directory. On any failure the temporary
 * file is removed and the error thrown.
 */
export async function writeDurably(target: string, temporary: string, chunks: Chunks): Promise<void> {
  await writeSynced(temporary, chunks);
  try {
    await rename(temporary, target);
    await syncDirectory(dirname(target));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Writes `chunks` into the new file `path` and flushes it to the disk; removes it again on failure. */
export async function writeSynced(path: string, chunks: Chunks): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(chunks);
    await file.sync();
  } catch (error) {
    await file.close();
    await rm(path, { force: true });
    throw error;
  }
  await file.close();
}

/** Flushes a directory's entries to the disk. Windows has no such call and keeps them in its journal. */
export async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
