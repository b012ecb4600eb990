import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { linkNodePackage } from './node-package-link.ts';
import { N8N_COMMAND } from './paths.ts';
import { removePidFile, stopOrphan, terminateGroup, writePidFile } from './pid-file.ts';
import { claimPort } from './ports.ts';
import { serverEnvironment } from './server-environment.ts';

const READY_TIMEOUT_MS = 180_000;
const READY_POLL_MS = 250;
const READY_REQUEST_TIMEOUT_MS = 5_000;
const PROGRESS_MS = 3_000;
const STOP_TIMEOUT_MS = 15_000;
const LOG_TAIL_LINES = 15;

export type StartN8nOptions = {
  /** Everything n8n keeps is below it: database, settings, linked nodes. Created when missing. */
  userFolder: string;
  /** 0 picks a free one. */
  port: number;
  /** The address to listen on, 127.0.0.1 when absent. */
  host?: string;
  /** Secret that n8n encrypts its credentials with; must stay the same for one user folder. */
  encryptionKey: string;
  /** IANA name that schedules go by, UTC when absent. */
  timezone?: string;
  /** Directory of a built package of n8n nodes to load. */
  nodePackageDir?: string;
  /** Where browsers and webhook callers reach n8n, when that is not the listening address. */
  webhookUrl?: string;
  /** The port of n8n's task broker; a free one when absent. */
  brokerPort?: number;
  /** The file that receives n8n's output, begun anew at each start. */
  log: string;
  onProgress?: (line: string) => void;
  /** A worker of n8n's queue mode instead of a whole n8n; the environment names its queue and database. */
  worker?: boolean;
  /** Further environment variables for n8n; they win over ours. */
  env?: Record<string, string>;
};

export type N8nServer = {
  /** Base address without a trailing slash. */
  url: string;
  pid: number;
  /** Resolves when n8n is gone; asks it to finish, and kills it when it does not. */
  stop(): Promise<void>;
  /** Resolves when n8n ended, for whatever reason. */
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
};

/**
 * Starts n8n and resolves when it serves requests. n8n ends with this process, even if that is killed.
 * @throws Error naming a taken port, an unsuitable Node, an n8n that is not installed, or the last lines
 * of an n8n that ended early.
 */
export async function startN8n(options: StartN8nOptions): Promise<N8nServer> {
  requireNode24();
  if (!existsSync(N8N_COMMAND)) throw new Error('n8n is not installed: call ensureN8nInstalled() first.');
  const { host = '127.0.0.1', onProgress = () => {} } = options;
  const userFolder = resolve(options.userFolder);
  const pidFile = join(userFolder, 'n8n.pid.json');
  mkdirSync(userFolder, { recursive: true });
  await stopOrphan(pidFile, onProgress);
  const port = await claimPort(options.port, host, 'n8n');
  const brokerPort = await claimPort(options.brokerPort ?? 0, '127.0.0.1', "n8n's task broker");
  if (options.nodePackageDir) linkNodePackage(userFolder, options.nodePackageDir);

  const url = `http://${isWildcard(host) ? '127.0.0.1' : host}:${port}`;
  const token = `n8n-${randomBytes(12).toString('hex')}`;
  const environment = serverEnvironment({
    userFolder,
    port,
    host,
    brokerPort,
    encryptionKey: options.encryptionKey,
    timezone: options.timezone ?? 'UTC',
    url: (options.webhookUrl ?? url).replace(/\/+$/, ''),
  });
  const args = options.worker ? ['worker', '--concurrency=5'] : ['start'];
  const health = options.worker
    ? { QUEUE_HEALTH_CHECK_ACTIVE: 'true', QUEUE_HEALTH_CHECK_PORT: String(port) }
    : {};
  const env = { ...environment, ...health, ...options.env };
  const child = spawnN8n(token, args, env, options.log, userFolder);
  const server = supervise(child, url, pidFile);
  writePidFile(pidFile, { pid: server.pid, parentPid: process.pid, token });
  try {
    await waitUntilReady(child, url, options.log, onProgress);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

function requireNode24(): void {
  const major = Number(process.versions.node.split('.')[0]);
  if (major !== 24) throw new Error(`n8n requires Node 24, but this is Node ${process.versions.node}.`);
}

function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

/** In a process group of its own: a Ctrl-C reaches us alone, and we decide when n8n ends. */
function spawnN8n(
  token: string,
  args: string[],
  env: Record<string, string>,
  logPath: string,
  cwd: string,
): ChildProcess {
  mkdirSync(dirname(resolve(logPath)), { recursive: true });
  const log = openSync(logPath, 'w', 0o600);
  const guard = new URL('./die-with-parent.ts', import.meta.url);
  guard.searchParams.set('token', token);
  const child = spawn(process.execPath, ['--import', guard.href, N8N_COMMAND, ...args], {
    cwd,
    env,
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  child.channel?.unref();
  return child;
}

function supervise(child: ChildProcess, url: string, pidFile: string): N8nServer {
  const { pid } = child;
  if (pid === undefined) throw new Error('n8n could not be started.');
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((done) => {
    child.once('exit', (code, signal) => {
      removePidFile(pidFile);
      done({ code, signal });
    });
  });
  const isGone = async () => child.exitCode !== null || child.signalCode !== null;
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= terminateGroup(pid, STOP_TIMEOUT_MS, isGone).then(async () => {
      await exited;
    });
    return stopping;
  };
  return { url, pid, stop, exited };
}

async function waitUntilReady(
  child: ChildProcess,
  url: string,
  logPath: string,
  onProgress: (line: string) => void,
): Promise<void> {
  const started = Date.now();
  let told = started;
  onProgress(`n8n: starting on ${url}`);
  while (Date.now() - started < READY_TIMEOUT_MS) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(
        `n8n ended while starting (${child.signalCode ?? `code ${child.exitCode}`}).\n${logTail(logPath)}`,
      );
    }
    if (await isReady(url)) return;
    if (Date.now() - told >= PROGRESS_MS) {
      told = Date.now();
      onProgress(`n8n: still starting (${Math.round((told - started) / 1000)} s)`);
    }
    await delay(READY_POLL_MS);
  }
  throw new Error(`n8n was not ready after ${READY_TIMEOUT_MS / 1000} s.\n${logTail(logPath)}`);
}

/** `/healthz` answers before the database is ready; `/healthz/readiness` does not. */
async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/healthz/readiness`, {
      signal: AbortSignal.timeout(READY_REQUEST_TIMEOUT_MS),
    });
    return response.ok;
  } catch {
    return false;
  }
}

function logTail(logPath: string): string {
  const lines = readFileSync(logPath, 'utf8').trimEnd().split('\n').slice(-LOG_TAIL_LINES);
  return [...lines.map((line) => `  | ${line}`), `Full log: ${logPath}`].join('\n');
}
