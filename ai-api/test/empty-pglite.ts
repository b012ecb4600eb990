import { randomBytes } from 'node:crypto';
import { cp, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import packageJson from '../package.json' with { type: 'json' };
import { openPglite } from '../src/platform/database/pglite.ts';

const CACHE = fileURLToPath(new URL('../../node_modules/.cache/ai-manager/', import.meta.url));
const TEMPLATE = join(CACHE, `pglite-${packageJson.dependencies['@electric-sql/pglite']}`);

/**
 * Puts an embedded database, made but empty, into a data directory. Making one takes seconds of processor
 * time, so it is made once on a machine and copied.
 */
export async function copyEmptyPglite(directory: string): Promise<void> {
  try {
    await cp(TEMPLATE, directory, { recursive: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await makeTemplate();
    await cp(TEMPLATE, directory, { recursive: true });
  }
}

/** Of several processes that make it at once, one puts it in its place. */
async function makeTemplate(): Promise<void> {
  const own = `${TEMPLATE}.${randomBytes(6).toString('hex')}`;
  await mkdir(dirname(own), { recursive: true });
  await (await openPglite(own)).close();
  await rename(own, TEMPLATE).catch(() => rm(own, { recursive: true, force: true }));
}
