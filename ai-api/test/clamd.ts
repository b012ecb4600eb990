import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openScanner } from '../src/platform/scanner/index.ts';
import { freePort } from './ports.ts';

/** Whether ClamAV's daemon is on this machine; says so once where it is not. */
export const hasClamd = findClamd();

function findClamd(): boolean {
  try {
    execFileSync('clamd', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    console.log('No clamd on this machine: what a virus scanner finds is not tested.');
    return false;
  }
}

/** The harmless text that every virus scanner reports; put together here, so that none reports this file. */
export const EICAR = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$', 'EICAR-STANDARD-ANTIVIRUS-TEST-FILE', '!$H+H*'].join(
  '',
);

export interface Clamd {
  /** For CLAMD_ADDRESS. */
  address: string;
  stop(): Promise<void>;
  /** Ends it, until {@link restart}. */
  pause(): Promise<void>;
  /** Starts it again at the same address. */
  restart(): Promise<void>;
}

/** A real clamd on loopback whose only signature is that of EICAR. */
export async function startClamd(settings: Record<string, string> = {}): Promise<Clamd> {
  const directory = mkdtempSync(join(tmpdir(), 'clamd-'));
  const database = join(directory, 'db');
  mkdirSync(database);
  const signature = `Test.Eicar:0:0:${Buffer.from(EICAR).toString('hex')}\n`;
  writeFileSync(join(database, 'local.ndb'), signature);
  const port = await freePort();
  const lines = Object.entries({
    TCPSocket: String(port),
    TCPAddr: '127.0.0.1',
    DatabaseDirectory: database,
    TemporaryDirectory: directory,
    Foreground: 'yes',
    ...(process.getuid?.() === 0 ? { User: 'clamav' } : {}),
    StreamMaxLength: '25M',
    MaxFileSize: '25M',
    MaxScanSize: '100M',
    AlertExceedsMax: 'yes',
    ...settings,
  });
  const configuration = join(directory, 'clamd.conf');
  writeFileSync(configuration, `${lines.map(([name, value]) => `${name} ${value}`).join('\n')}\n`);
  for (const path of [directory, database]) chmodSync(path, 0o777);
  const address = `127.0.0.1:${port}`;
  let running = await run(configuration, address);
  return {
    address,
    stop: async () => {
      await running();
      rmSync(directory, { recursive: true, force: true });
    },
    pause: () => running(),
    restart: async () => {
      await running();
      running = await run(configuration, address);
    },
  };
}

async function run(configuration: string, address: string): Promise<() => Promise<void>> {
  const server = spawn('clamd', ['-c', configuration], { stdio: ['ignore', 'ignore', 'pipe'] });
  const exited = once(server, 'exit');
  let complaints = '';
  server.stderr.on('data', (chunk: Buffer) => {
    complaints += chunk.toString();
  });
  const scanner = openScanner(address);
  for (;;) {
    const version = await scanner.version().catch(() => null);
    if (version !== null) break;
    if (server.exitCode !== null) throw new Error(`clamd ended: ${complaints}`);
    await delay(50);
  }
  return async () => {
    server.kill('SIGKILL');
    await exited;
  };
}
