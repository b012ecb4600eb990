import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atExit } from './at-exit.ts';
import { findPostgres, runOn } from './postgres.ts';

/** An empty database of one measurement's own. */
export interface Home {
  /** The part of the environment that names it. */
  env: { DATA_DIR: string; DATABASE_URL?: string };
  remove(): Promise<void>;
}

export interface HomeKind {
  name: 'PGlite' | 'PostgreSQL';
  create(): Promise<Home>;
}

/**
 * Calls `measure` with each kind of database on this machine: PGlite, and PostgreSQL where there is a server.
 * BENCH_ONLY=PGlite or BENCH_ONLY=PostgreSQL leaves the other out.
 */
export async function forEachHomeKind(measure: (kind: HomeKind) => Promise<void>): Promise<void> {
  const only = process.env.BENCH_ONLY || undefined;
  if (only !== 'PostgreSQL') await measure({ name: 'PGlite', create: async () => embedded() });
  if (only === 'PGlite') return;
  const server = await findPostgres();
  if (!server) {
    console.log('No PostgreSQL server on this machine: measured on PGlite only.');
    return;
  }
  try {
    await measure({ name: 'PostgreSQL', create: () => onServer(server.url) });
  } finally {
    await server.stop();
  }
}

function embedded(): Home {
  const directory = mkdtempSync(join(tmpdir(), 'ai-manager-bench-'));
  const removeNow = () => rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  const forget = atExit(removeNow);
  return {
    env: { DATA_DIR: directory },
    remove: async () => {
      removeNow();
      forget();
    },
  };
}

async function onServer(url: string): Promise<Home> {
  const home = embedded();
  const name = `bench_${randomBytes(6).toString('hex')}`;
  await runOn(url, `create database ${name}`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  return {
    env: { ...home.env, DATABASE_URL: own.href },
    remove: async () => {
      await runOn(url, `drop database ${name} with (force)`);
      await home.remove();
    },
  };
}
