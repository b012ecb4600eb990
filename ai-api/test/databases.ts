import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { inject } from 'vitest';
import { createDatabase, type Database } from '../src/platform/database/index.ts';
import { openPglite } from '../src/platform/database/pglite.ts';
import { openPostgres } from '../src/platform/database/postgres.ts';
import { copyEmptyPglite } from './empty-pglite.ts';

/** Where a test's own empty database is; `remove` deletes it. */
export interface TestDatabase {
  /** The part of the environment that names it. */
  env: { DATA_DIR: string; DATABASE_URL?: string };
  open(): Promise<Database>;
  remove(): Promise<void>;
}

export interface DatabaseKind {
  name: string;
  create(): Promise<TestDatabase>;
}

/** The databases on this machine: PGlite always, PostgreSQL where there is a server. */
export function databaseKinds(): DatabaseKind[] {
  const url = inject('postgresUrl');
  return [
    { name: 'PGlite', create: createEmbedded },
    ...(url ? [{ name: 'PostgreSQL', create: () => createOnServer(url) }] : []),
  ];
}

export function temporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'ai-manager-'));
}

async function createEmbedded(): Promise<TestDatabase> {
  const directory = temporaryDirectory();
  await copyEmptyPglite(directory);
  return {
    env: { DATA_DIR: directory },
    open: async () => createDatabase(await openPglite(directory)),
    remove: async () => rmSync(directory, { recursive: true, force: true }),
  };
}

async function createOnServer(url: string): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await onServer(url, `create database ${name}`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  const directory = temporaryDirectory();
  return {
    env: { DATA_DIR: directory, DATABASE_URL: own.href },
    open: async () => createDatabase(openPostgres(own.href, 20, () => {})),
    remove: async () => {
      await onServer(url, `drop database ${name} with (force)`);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(statement);
  await client.end();
}
