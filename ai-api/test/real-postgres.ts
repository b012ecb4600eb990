import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chownSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** A real PostgreSQL server for conformance suites; null where there is none. */
    postgresUrl: string | null;
  }
}

/**
 * Starts a throw-away PostgreSQL server for the whole test run when its programs are on the machine, or uses
 * the one that TEST_DATABASE_URL names.
 */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const given = process.env.TEST_DATABASE_URL;
  const programs = findPrograms();
  if (given || !programs) {
    if (!given)
      console.log('No PostgreSQL server on this machine: its conformance suites run on PGlite only.');
    project.provide('postgresUrl', given ?? null);
    return undefined;
  }
  const directory = mkdtempSync(join(tmpdir(), 'ai-manager-postgres-'));
  const port = await freePort();
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const server = startServer(programs, directory, port);
  await waitFor(url);
  project.provide('postgresUrl', url);
  return async () => {
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGINT');
    await ended;
    rmSync(directory, { recursive: true, force: true });
  };
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
function startServer(programs: string, directory: string, port: number): ChildProcess {
  const data = join(directory, 'data');
  const asRoot = process.getuid?.() === 0;
  const user = asRoot ? { uid: idOf('-u'), gid: idOf('-g') } : {};
  if (asRoot) chownSync(directory, idOf('-u'), idOf('-g'));
  const initdb = ['-D', data, '-U', 'postgres', '-A', 'trust', '-N', '-E', 'UTF8', '--locale=C.UTF-8'];
  execFileSync(join(programs, 'initdb'), initdb, { stdio: 'ignore', ...user });
  const settings = [
    '-c',
    'fsync=off',
    '-c',
    'max_connections=200',
    '-c',
    `unix_socket_directories=${directory}`,
  ];
  const address = ['-D', data, '-p', String(port), '-h', '127.0.0.1'];
  return spawn(join(programs, 'postgres'), [...address, ...settings], { stdio: 'ignore', ...user });
}

function idOf(flag: '-u' | '-g'): number {
  return Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
}

async function waitFor(url: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      await client.end();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  throw new Error('The PostgreSQL server for the tests did not start');
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
