import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cp, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import packageJson from '../package.json' with { type: 'json' };
import { openPglite } from '../src/platform/database/pglite.ts';
import { installSchema } from './schema.ts';

const CACHE = fileURLToPath(new URL('../../node_modules/.cache/ai-manager/', import.meta.url));
const MIGRATIONS = fileURLToPath(new URL('../migrations/', import.meta.url));
const INSTALLER = fileURLToPath(new URL('./install-schema.ts', import.meta.url));

/**
 * Puts a new embedded database without a schema into a data directory. Making one takes seconds of processor
 * time, so it is made once on a machine and copied.
 */
export function copyEmptyPglite(directory: string): Promise<void> {
  return copyTemplate(`pglite-${versionOf('@electric-sql/pglite')}`, makeEmpty, directory);
}

/** Puts a new embedded database with the schema of this version into a data directory, made once and copied. */
export function copyMigratedPglite(directory: string): Promise<void> {
  return copyTemplate(migratedName(), makeMigrated, directory);
}

/** Makes the migrated template where it is missing, so that no test has to wait for it. */
export async function prepareMigratedPglite(): Promise<void> {
  await ensureTemplate(migratedName(), makeMigrated);
}

/** Templates of other migrations or of other versions of the engine and the job queue have other names. */
function migratedName(): string {
  const hash = createHash('sha256');
  for (const name of ['@electric-sql/pglite', '@electric-sql/pglite-pgvector', 'pg-boss'] as const)
    hash.update(`${name} ${versionOf(name)}\n`);
  for (const file of readdirSync(MIGRATIONS).sort())
    hash.update(file).update(readFileSync(join(MIGRATIONS, file)));
  hash.update(readFileSync(INSTALLER));
  return `pglite-migrated-${hash.digest('hex').slice(0, 16)}`;
}

function versionOf(name: keyof typeof packageJson.dependencies): string {
  return packageJson.dependencies[name];
}

async function makeEmpty(directory: string): Promise<void> {
  await (await openPglite(directory)).close();
}

async function makeMigrated(directory: string): Promise<void> {
  await copyEmptyPglite(directory);
  await installSchema({ DATA_DIR: directory });
}

async function copyTemplate(
  name: string,
  make: (directory: string) => Promise<void>,
  directory: string,
): Promise<void> {
  await cp(await ensureTemplate(name, make), directory, { recursive: true });
}

/** Of several processes that make a template at once, one puts it in its place. @returns its directory */
async function ensureTemplate(name: string, make: (directory: string) => Promise<void>): Promise<string> {
  const template = join(CACHE, name);
  if (existsSync(template)) return template;
  const own = `${template}.${randomBytes(6).toString('hex')}`;
  await mkdir(dirname(own), { recursive: true });
  await make(own);
  await rename(own, template).catch(() => rm(own, { recursive: true, force: true }));
  return template;
}
