import { constants } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readConfig } from '../ai-api/src/config/index.ts';
import { resolveEnvironment } from '../ai-api/src/platform/secrets/index.ts';
import { verifyCompanies } from './backup/companies.ts';
import { dumpEmbedded } from './backup/embedded.ts';
import { BackupError, makeFolder, writeManifest } from './backup/manifest.ts';
import { closeStores, copyObjects, openStores } from './backup/objects.ts';
import { dumpServer, ownerOf } from './backup/server.ts';
import { dataDirectory } from './data-directory.ts';

const USAGE = `npm run backup -- [FOLDER] [--without-objects] [--without-keys]
  FOLDER             target folder; defaults to backups/<time>
  --without-objects  exclude files, for a bucket with its own versioning
  --without-keys     exclude data.key and objects.key; sealed secrets cannot be restored without them
Environment: DATABASE_URL, or DATA_DIR (must not be in use); OBJECTS_BUCKET.`;

const KEYS = ['data.key', 'objects.key'];

/** `npm run backup`: database, objects and local keys into one folder, with a manifest of hashes. */
async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      help: { type: 'boolean' },
      'without-objects': { type: 'boolean' },
      'without-keys': { type: 'boolean' },
    },
  });
  if (values.help) return console.log(USAGE);
  const config = readConfig(await resolveEnvironment(process.env));
  const directory = dataDirectory(config);
  const createdAt = new Date().toISOString();
  const folder = resolve(positionals[0] ?? join('backups', createdAt.replaceAll(':', '-')));
  const companies = await verifyCompanies({ ...config, DATA_DIR: directory });
  await makeFolder(folder);
  const database = await dumpDatabase(config.DATABASE_URL, directory, folder);
  const stores = await openStores(config, directory);
  const objects = values['without-objects'] ? [] : await copyObjects(stores, folder);
  await closeStores(stores);
  const keys = values['without-keys'] ? [] : await copyKeys(directory, folder);
  await writeManifest(folder, { createdAt, database, companies, objects, keys });
  console.log(
    `${companies.length} companies, ${objects.length} objects, ${keys.length} keys written to ${folder}`,
  );
}

async function dumpDatabase(url: string | undefined, directory: string, folder: string) {
  if (url) {
    await dumpServer(url, join(folder, 'database.dump'));
    return { driver: 'postgres' as const, file: 'database.dump', owner: await ownerOf(url) };
  }
  await dumpEmbedded(directory, join(folder, 'database.tar.gz'));
  return { driver: 'pglite' as const, file: 'database.tar.gz', owner: null };
}

async function copyKeys(directory: string, folder: string): Promise<string[]> {
  const copied: string[] = [];
  for (const name of KEYS) {
    try {
      await copyFile(join(directory, name), join(folder, 'keys', name), constants.COPYFILE_EXCL);
      copied.push(name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return copied;
}

main().catch((error: unknown) => {
  const isPlain = error instanceof BackupError || (error instanceof Error && error.cause === undefined);
  console.error(isPlain ? `Backup failed: ${(error as Error).message}` : error);
  process.exitCode = 1;
});
