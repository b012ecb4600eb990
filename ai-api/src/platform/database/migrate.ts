import { readdir } from 'node:fs/promises';
import { type Kysely, sql } from 'kysely';
import { type Migration, type MigrationProvider, Migrator } from 'kysely/migration';
import type { Schema } from './index.ts';

const directory = new URL('../../../migrations/', import.meta.url);

const provider: MigrationProvider = {
  getMigrations: async () => {
    const files = (await readdir(directory)).filter((file) => /^\d{4}-[\w-]+\.ts$/.test(file)).sort();
    const modules = files.map(async (file) => [
      file.slice(0, -3),
      (await import(new URL(file, directory).href)) as Migration,
    ]);
    return Object.fromEntries(await Promise.all(modules)) as Record<string, Migration>;
  },
};

/** The database was set up by other migrations than these, so that nothing can be said of its tables. */
export class SchemaOfAnotherVersion extends Error {
  constructor(cause: Error) {
    const what = cause.message.replace(/^corrupted migrations: /, '');
    super(
      'The database was set up by another version of AI Manager and cannot be used: stop everything and run ' +
        `"npm run reset" to begin anew, or give DATABASE_URL an empty database (${what}).`,
      { cause },
    );
    this.name = 'SchemaOfAnotherVersion';
  }
}

/**
 * Brings the schema up to date, in one sequence and under the migrator's lock. Running it again changes
 * nothing.
 * @returns names of the migrations it ran
 * @throws {SchemaOfAnotherVersion} before it changes anything
 * @throws the error of the first migration that failed, whose changes were rolled back
 */
export async function migrate(kysely: Kysely<Schema>): Promise<string[]> {
  if (await isUpToDate(kysely)) return [];
  const migrator = new Migrator({ db: kysely, provider, migrationTableSchema: 'platform' });
  const { error, results = [] } = await migrator.migrateToLatest();
  if (error instanceof Error && error.message.startsWith('corrupted migrations: '))
    throw new SchemaOfAnotherVersion(error);
  if (error) {
    const failed = results.find((result) => result.status === 'Error')?.migrationName;
    throw new Error(`Migration ${failed ?? '(none ran)'} failed`, { cause: error });
  }
  return results.map((result) => result.migrationName);
}

/**
 * Whether all migrations ran, and no others. The migrator would read the columns of every table before it finds that
 * there is nothing to do.
 */
async function isUpToDate(kysely: Kysely<Schema>): Promise<boolean> {
  const { rows: found } = await sql<{ found: boolean }>`
    select to_regclass('platform.kysely_migration') is not null as found`.execute(kysely);
  if (!found[0]?.found) return false;
  const { rows } = await sql<{ name: string }>`
    select name from platform.kysely_migration order by name`.execute(kysely);
  const known = Object.keys(await provider.getMigrations()).sort();
  return JSON.stringify(rows.map(({ name }) => name)) === JSON.stringify(known);
}

/** How far the schema is: how many migrations are applied, and the names of those that are not. */
export async function migrationState(
  kysely: Kysely<Schema>,
): Promise<{ applied: number; pending: string[] }> {
  const migrator = new Migrator({ db: kysely, provider, migrationTableSchema: 'platform' });
  const known = await migrator.getMigrations();
  const pending = known.filter(({ executedAt }) => executedAt === undefined).map(({ name }) => name);
  return { applied: known.length - pending.length, pending };
}
