import { constants } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readConfig } from '../ai-api/src/config/index.ts';
import { resolveEnvironment } from '../ai-api/src/platform/secrets/index.ts';
import { verifyCompanies } from './backup/companies.ts';
import { restoreEmbedded } from './backup/embedded.ts';
import { BackupError, type Manifest, readManifest } from './backup/manifest.ts';
import { closeStores, openStores, putObjects } from './backup/objects.ts';
import { restoreServer } from './backup/server.ts';
import { ROOT } from './start/options.ts';

const USAGE = `npm run restore -- FOLDER [--check]
  FOLDER   a backup made by npm run backup
  --check  only verify the backup
Environment: an empty DATABASE_URL or DATA_DIR, matching the driver of the backup; OBJECTS_BUCKET.`;

/** `npm run restore`: checks a backup, fills an empty installation from it and verifies every audit trail. */
async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { help: { type: 'boolean' }, check: { type: 'boolean' } },
  });
  const [given] = positionals;
  if (values.help || !given) return console.log(USAGE);
  const folder = resolve(given);
  const manifest = await readManifest(folder);
  if (values.check)
    return console.log(`The backup is complete: ${told(manifest)}, created ${manifest.createdAt}.`);
  const config = readConfig(await resolveEnvironment(process.env));
  const directory = resolve(ROOT, config.DATA_DIR);
  const { driver, file, owner } = manifest.database;
  if ((driver === 'postgres') !== (config.DATABASE_URL !== undefined))
    throw new BackupError(
      driver === 'postgres'
        ? 'This is a backup of a PostgreSQL server: set DATABASE_URL.'
        : 'This is a backup of an embedded database: unset DATABASE_URL and set DATA_DIR.',
    );
  if (config.DATABASE_URL) await restoreServer(config.DATABASE_URL, join(folder, file), owner);
  else await restoreEmbedded(directory, join(folder, file));
  await putKeys(directory, folder, manifest.keys);
  const stores = await openStores(config, directory);
  await putObjects(stores, folder, manifest.objects);
  await closeStores(stores);
  await verifyCompanies({ ...config, DATA_DIR: directory }, manifest.companies);
  console.log(`Restored and verified: ${told(manifest)}, created ${manifest.createdAt}.`);
}

function told({ companies, objects }: Manifest): string {
  return `${companies.length} companies, ${objects.length} objects`;
}

/** A key that is there already stays, unless it is another one. */
async function putKeys(directory: string, folder: string, names: string[]): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const name of names) {
    try {
      await copyFile(join(folder, 'keys', name), join(directory, name), constants.COPYFILE_EXCL);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      throw new BackupError(`${join(directory, name)} already exists. Restore into an empty DATA_DIR.`);
    }
  }
}

main().catch((error: unknown) => {
  const isPlain = error instanceof BackupError || (error instanceof Error && error.cause === undefined);
  console.error(isPlain ? `Restore failed: ${(error as Error).message}` : error);
  process.exitCode = 1;
});
