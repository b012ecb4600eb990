import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { prepareMigratedPglite } from './pglite-templates.ts';
import { databaseOf, onServer, startPostgres, type TestServer } from './real-postgres.ts';
import { installSchema } from './schema.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A real PostgreSQL server; null where there is none. */
    postgresUrl: string | null;
    /** Name of a database on that server that has the schema, to be copied. */
    postgresTemplate: string | null;
    /** Whether business suites too run on every database, not just on one. */
    everyDatabase: boolean;
  }
}

/** Prepares the databases of a whole test run: a server where there can be one, and a migrated template of each kind. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres();
  if (!server && process.env.CI)
    throw new Error('CI has no PostgreSQL server, so half of the suites would not run.');
  if (!server) console.log('No PostgreSQL server on this machine: everything runs on PGlite only.');
  const everyDatabase = process.env.TEST_EVERY_DATABASE === '1';
  const [template] = await Promise.all([server && makeTemplate(server), prepareMigratedPglite()]);
  project.provide('postgresUrl', server?.url ?? null);
  project.provide('postgresTemplate', template);
  project.provide('everyDatabase', everyDatabase);
  return async () => {
    if (!server) return;
    await onServer(server.url, `drop database ${template}`);
    await server.stop();
  };
}

async function makeTemplate({ url }: TestServer): Promise<string> {
  const name = `migrated_${randomBytes(6).toString('hex')}`;
  await onServer(url, `create database ${name}`);
  const directory = mkdtempSync(join(tmpdir(), 'ai-manager-'));
  await installSchema({ DATABASE_URL: databaseOf(url, name), DATA_DIR: directory });
  rmSync(directory, { recursive: true, force: true });
  return name;
}
