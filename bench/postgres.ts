import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
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

/** Where Debian and most builds keep the server's programs. */
function findPrograms(): string | null {
  try {
    const versions = readdirSync('/usr/lib/postgresql')
      .map(Number)
      .filter((version) => version >= 15);
    return versions.length > 0 ? `/usr/lib/postgresql/${Math.max(...versions)}/bin` : null;
  } catch {
    return null;
  }
}

/** The server refuses to run as root, so root runs it as the `postgres` user of the package. */
function serverUser(): { uid?: number; gid?: number } {
  return process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {};
}

function startServer(programs: string, directory: string, port: number): ChildProcess {
  const data = join(directory, 'data');
  const user = serverUser();
  if (user.uid !== undefined && user.gid !== undefined) chownSync(directory, user.uid, user.gid);
  const initdb = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8'];
  execFileSync(join(programs, 'initdb'), initdb, { stdio: 'ignore', ...user });
  const address = ['-D', data, '-p', String(port), '-h', '127.0.0.1'];
  const settings = ['-c', `unix_socket_directories=${directory}`];
  return spawn(join(programs, 'postgres'), [...address, ...settings], { stdio: 'ignore', ...user });
}

function idOf(flag: '-u' | '-g'): number {
  return Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
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

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
