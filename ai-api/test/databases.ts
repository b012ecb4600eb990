import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { createDatabase, type Database } from '../src/platform/database/index.ts';
import { openPglite } from '../src/platform/database/pglite.ts';
import { openPostgres } from '../src/platform/database/postgres.ts';
import { copyEmptyPglite, copyMigratedPglite } from './pglite-templates.ts';
import { databaseOf, onServer } from './real-postgres.ts';

/** Where a test's own database is; `remove` deletes it. */
export interface TestDatabase {
  /** The part of the environment that names it. */
  env: { DATA_DIR: string; DATABASE_URL?: string };
  open(): Promise<Database>;
  remove(): Promise<void>;
}

export interface DatabaseKind {
  name: 'PGlite' | 'PostgreSQL';
  /** A database that has the schema of this version, and no rows. */
  create(): Promise<TestDatabase>;
  /** A database without a schema, for what the first start does. */
  createEmpty(): Promise<TestDatabase>;
}

/**
 * The databases on this machine: PGlite always, PostgreSQL where there is a server. For driver suites: those whose
 * behaviour may differ between the two.
 */
export function databaseKinds(): [DatabaseKind, ...DatabaseKind[]] {
  const server = serverKind();
  return [embedded, ...(server ? [server] : [])];
}

/**
 * The database of business suites, whose code does not know which one it has: PostgreSQL where there is a server, else
 * PGlite. With `npm run test:all` both, as for {@link databaseKinds}.
 */
export function businessDatabases(): [DatabaseKind, ...DatabaseKind[]] {
  return inject('everyDatabase') ? databaseKinds() : [serverKind() ?? embedded];
}

/** A database for a test that needs one of whatever kind. */
export function createTestDatabase(): Promise<TestDatabase> {
  return (serverKind() ?? embedded).create();
}

export function temporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'ai-manager-'));
}

const embedded: DatabaseKind = {
  name: 'PGlite',
  create: () => createEmbedded(copyMigratedPglite),
  createEmpty: () => createEmbedded(copyEmptyPglite),
};

function serverKind(): DatabaseKind | null {
  const url = inject('postgresUrl');
  const template = inject('postgresTemplate');
  if (!url) return null;
  return {
    name: 'PostgreSQL',
    create: () => createOnServer(url, `template ${template} strategy file_copy`),
    createEmpty: () => createOnServer(url),
  };
}

async function createEmbedded(copy: (directory: string) => Promise<void>): Promise<TestDatabase> {
  const directory = temporaryDirectory();
  await copy(directory);
  return {
    env: { DATA_DIR: directory },
    open: async () => createDatabase(await openPglite(directory)),
    remove: async () => rmSync(directory, { recursive: true, force: true }),
  };
}

async function createOnServer(url: string, from = ''): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await onServer(url, `create database ${name} ${from}`);
  const own = databaseOf(url, name);
  const directory = temporaryDirectory();
  return {
    env: { DATA_DIR: directory, DATABASE_URL: own },
    open: async () => createDatabase(openPostgres(own, 20, () => {})),
    remove: async () => {
      await onServer(url, `drop database ${name} with (force)`);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
