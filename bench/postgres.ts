import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { freePort } from '../ai-api/test/ports.ts';
import { findPrograms, serverUser, startServer } from '../ai-api/test/postgres-programs.ts';
import { atExit } from './at-exit.ts';

/** A PostgreSQL server that benchmarks may make databases on. */
export interface PostgresServer {
  url: string;
  stop(): Promise<void>;
}

/**
 * The server that BENCH_DATABASE_URL names, or else a throw-away one with PostgreSQL's own settings where its
 * programs are installed; null where there is neither.
 */
export async function findPostgres(): Promise<PostgresServer | null> {
  const given = process.env.BENCH_DATABASE_URL;
  if (given) return { url: given, stop: async () => {} };
  const programs = findPrograms();
  if (!programs) return null;
  const directory = mkdtempSync(join(tmpdir(), 'ai-manager-bench-postgres-'));
  const port = await freePort();
  const server = startServer(programs, directory, port);
  const exited = once(server, 'exit');
  const removeNow = () => rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  const forget = atExit(() => {
    const stopNow = ['-D', join(directory, 'data'), '-m', 'immediate', '-w', 'stop'];
    execFileSync(join(programs, 'pg_ctl'), stopNow, { stdio: 'ignore', ...serverUser() });
    removeNow();
  });
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const stop = async () => {
    server.kill('SIGINT');
    await exited;
    removeNow();
    forget();
  };
  await untilItAnswers(url).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return { url, stop };
}

/** Runs one statement on a connection of its own. */
export async function runOn(url: string, statement: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

async function untilItAnswers(url: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    try {
      await runOn(url, 'select 1');
      return;
    } catch {
      await pause(100);
    }
  }
  throw new Error('The PostgreSQL server for the benchmarks did not start');
}
