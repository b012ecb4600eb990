import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config/index.ts';
import { parseKeys } from '../platform/sealing.ts';

/** What seals stored secrets, and what keys of tokens are derived from: as configured, or else a local key. */
export async function installationKeys({ DATA_ENCRYPTION_KEY, DATA_DIR }: Config): Promise<Buffer[]> {
  return DATA_ENCRYPTION_KEY ? parseKeys(DATA_ENCRYPTION_KEY) : [await localKey(DATA_DIR, 'data.key')];
}

/** A random key kept in a file that only its owner reads; made at the first start. */
export async function localKey(directory: string, name: string): Promise<Buffer> {
  const file = join(directory, name);
  await mkdir(directory, { recursive: true });
  const key = randomBytes(32).toString('hex');
  await writeFile(file, key, { flag: 'wx', mode: 0o600 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  return Buffer.from((await readFile(file, 'utf8')).trim(), 'hex');
}
