import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ROOT } from './options.ts';
import type { Progress } from './progress.ts';
import { StartError } from './start-error.ts';

export interface ApiProcess {
  url: string;
  stop(): Promise<void>;
}

const READY_MS = 120_000;
const STOP_MS = 25_000;

/**
 * Starts the API in a process of its own and waits until it is ready. It ends with this process, even when
 * this one is killed.
 * @throws {StartError} with what the API said when it ended early
 */
export async function startApi(
  env: Record<string, string>,
  url: string,
  logFile: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<ApiProcess> {
  mkdirSync(dirname(logFile), { recursive: true });
  const log = openSync(logFile, 'w', 0o600);
  const guard = join(ROOT, 'workflows', 'src', 'die-with-parent.ts');
  const child = spawn(process.execPath, ['--import', guard, join(ROOT, 'ai-api', 'src', 'main.ts')], {
    env: { ...process.env, ...env },
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  child.channel?.unref();
  const stop = () => stopProcess(child);
  try {
    await untilReady(child, url, logFile, progress, signal);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
}

async function untilReady(
  child: ChildProcess,
  url: string,
  logFile: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const began = Date.now();
  for (let told = began; Date.now() - began < READY_MS; ) {
    signal.throwIfAborted();
    if (hasEnded(child)) throw new StartError(`The API did not start.\n${lastWords(logFile)}`);
    const answered = await fetch(`${url}/ready`, { signal: AbortSignal.timeout(2_000) }).catch(() => null);
    if (answered?.ok) return;
    if (Date.now() - told > 1_000) {
      told = Date.now();
      progress.step(
        `API: starting (${Math.round((told - began) / 1000)} s); the first time it makes its database`,
      );
    }
    await delay(150);
  }
  throw new StartError(`The API was not ready after ${READY_MS / 1000} s.\n${lastWords(logFile)}`);
}

function lastWords(logFile: string): string {
  const lines = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-8);
  return [...lines.map((line) => `  | ${line.slice(0, 300)}`), `Full log: ${logFile}`].join('\n');
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function stopProcess(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await ended;
  clearTimeout(force);
}
