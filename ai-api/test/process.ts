import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Client, createClient } from '../src/catalogue/client.ts';
import { resources } from '../src/catalogue/index.ts';
import { ADMIN_KEY } from './api.ts';

/**
 * How processes that live for seconds are started: the embedded database's WebAssembly is compiled quickly instead of
 * well, which takes a third of the time.
 */
export const SHORT_LIVED = ['--liftoff-only'];

/** The variable that lets a script find what an earlier process compiled, where `main.ts` finds it too. */
export const COMPILE_CACHE = { NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache') };

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

/** A real process of this product. */
export interface ApiProcess {
  /** Where it serves; null for a worker, which serves nothing. */
  url: string | null;
  /** Calls this process; it fails in a worker, which serves nothing. */
  client: Client;
  /** Sends a signal and waits for the end; answers the exit code, null when the signal ended it. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null>;
}

/** Starts `main.ts` as its user does, and waits until it says that it is ready. */
export async function startProcess(env: Record<string, string>): Promise<ApiProcess> {
  const child = spawn(process.execPath, [...SHORT_LIVED, MAIN], {
    env: { ...env, PATH: process.env.PATH ?? '', LOG_LEVEL: 'info' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaints += chunk.toString();
  });
  const url = await new Promise<string | null>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const said = line.startsWith('{') ? (JSON.parse(line) as { msg?: string; url?: string | null }) : {};
      if (said.msg === 'ready') resolve(said.url ?? null);
    });
    exited.then(([code]) => reject(new Error(`The process ended with ${code}: ${complaints}`)), reject);
  });
  return {
    url,
    client: createClient(resources, { baseUrl: url ?? 'http://127.0.0.1:9', apiKey: ADMIN_KEY }),
    end: async (signal) => {
      child.kill(signal);
      const [code] = await exited;
      return code;
    },
  };
}
