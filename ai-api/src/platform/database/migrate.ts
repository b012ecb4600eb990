import { readdir } from 'node:fs/promises';
import type { Kysely } from 'kysely';
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

/**
 * Brings the schema up to date, in one sequence and under the migrator's lock. Running it again changes
 * nothing.
 * @returns names of the migrations it ran
 * @throws the error of the first migration that failed, whose changes were rolled back
 */
export async function migrate(kysely: Kysely<Schema>): Promise<string[]> {
  const migrator = new Migrator({ db: kysely, provider, migrationTableSchema: 'platform' });
  const { error, results = [] } = await migrator.migrateToLatest();
  if (error) {
    const failed = results.find((result) => result.status === 'Error')?.migrationName;
    throw new Error(`Migration ${failed ?? '(none ran)'} failed`, { cause: error });
  }
  return results.map((result) => result.migrationName);
}
