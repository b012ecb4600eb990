import { spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { createInstallProgress, errorMessage, parseEvent } from './install-progress.ts';
import { isInstalled, removeStamp, writeStamp } from './install-stamp.ts';
import { withFileLock } from './lock.ts';
import { nodeHeadersRoot } from './node-headers.ts';
import { N8N_HOST_DIRECTORY } from './paths.ts';
import { runToEnd } from './run-to-end.ts';

const require = createRequire(import.meta.url);

const PROGRESS_MS = 3_000;
const LOG_TAIL_LINES = 20;
const CHECK_TIMEOUT_MS = 60_000;

export type InstallOptions = {
  /** Receives one line every few seconds while something is being installed; none when nothing is to do. */
  onProgress?: (line: string) => void;
  /** The package to install; the pinned n8n host when absent. */
  hostDirectory?: string;
};

/**
 * Installs the pinned n8n when it is missing or differs from its lockfile. Two processes may call this at
 * once: one installs, the other waits. An installation that was cut short is begun again.
 *
 * @returns whether anything had to be installed.
 * @throws Error with the end of the log, its path and what usually helps.
 */
export async function ensureN8nInstalled(options: InstallOptions = {}): Promise<{ installed: boolean }> {
  const { onProgress = () => {}, hostDirectory = N8N_HOST_DIRECTORY } = options;
  if (isInstalled(hostDirectory)) return { installed: false };
  return withFileLock(
    join(hostDirectory, '.install', 'lock'),
    () => onProgress('n8n: another process is installing it, waiting'),
    async () => {
      if (isInstalled(hostDirectory)) return { installed: false };
      removeStamp(hostDirectory);
      await installWithPnpm(hostDirectory, onProgress);
      await checkSqlite(hostDirectory);
      writeStamp(hostDirectory);
      return { installed: true };
    },
  );
}

async function installWithPnpm(hostDirectory: string, onProgress: (line: string) => void): Promise<void> {
  const logPath = join(hostDirectory, '.install', 'install.log');
  mkdirSync(dirname(logPath), { recursive: true });
  const log = createWriteStream(logPath);
  const progress = createInstallProgress();
  const child = spawn(process.execPath, [pnpmCommand(), ...PNPM_ARGUMENTS], {
    cwd: hostDirectory,
    env: installEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const killChild = () => child.kill('SIGTERM');
  process.once('exit', killChild);
  const timer = setInterval(() => onProgress(`n8n: ${progress.describe()}`), PROGRESS_MS);
  onProgress('n8n: installing (about 2 GB; takes minutes the first time, seconds later)');

  createInterface({ input: child.stdout }).on('line', (line) => {
    progress.read(line);
    const text = logText(line);
    if (text) log.write(`${text}\n`);
  });
  child.stderr.pipe(log, { end: false });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  }).finally(() => {
    clearInterval(timer);
    process.off('exit', killChild);
  });
  await new Promise<void>((resolve) => log.end(resolve));
  if (code !== 0) throw new Error(failureText(logPath, progress.errors()));
}

const PNPM_ARGUMENTS = [
  'install',
  '--frozen-lockfile',
  '--ignore-workspace',
  '--reporter=ndjson',
  '--config.confirm-modules-purge=false',
];

function pnpmCommand(): string {
  return join(dirname(require.resolve('pnpm')), 'bin', 'pnpm.cjs');
}

/** npm's own run-time settings must not leak into pnpm; what the user configured (registry, proxy) must. */
function installEnvironment(): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = {};
  for (const [key, value] of Object.entries(process.env)) {
    if (!/^npm_(?!config_)|^npm_config_(?:user_agent|prefix|.*_prefix|node_gyp)$/.test(key))
      environment[key] = value;
  }
  const headers = nodeHeadersRoot();
  if (headers) environment.npm_config_nodedir = headers;
  environment.PATH = [dirname(process.execPath), process.env.PATH ?? ''].join(delimiter);
  environment.JOBS ??= 'max';
  environment.CI = 'true';
  return environment;
}

/** What is worth keeping in the log of one of pnpm's events, if anything. */
function logText(line: string): string | undefined {
  const event = parseEvent(line);
  if (!event) return line;
  if (event.name === 'pnpm:lifecycle')
    return String(event.line ?? event.script ?? `exit code ${event.exitCode}`);
  return event.level === 'error' ? errorMessage(event) : undefined;
}

function failureText(logPath: string, errors: string[]): string {
  const lines = existsSync(logPath) ? readFileSync(logPath, 'utf8').trimEnd().split('\n') : [];
  return [
    `n8n could not be installed${errors.length > 0 ? `: ${errors.at(-1)}` : ''}`,
    ...lines.slice(-LOG_TAIL_LINES).map((line) => `  | ${line.slice(0, 300)}`),
    `Full log: ${logPath}`,
    'When no prebuilt sqlite3 can be downloaded, it is compiled: that needs python3, make and a C++ compiler.',
    "If Node's headers cannot be found, set npm_config_nodedir to a Node installation, such as npm_config_nodedir=/path/to/node.",
  ].join('\n');
}

/** A native module can be missing or made for another platform although pnpm was content. */
async function checkSqlite(hostDirectory: string): Promise<void> {
  const manifest = realpathSync(join(hostDirectory, 'node_modules', 'n8n', 'package.json'));
  const script = `require('node:module').createRequire(${JSON.stringify(manifest)})('sqlite3')`;
  const result = await runToEnd(process.execPath, ['-e', script], CHECK_TIMEOUT_MS);
  if (result.code !== 0)
    throw new Error(`n8n was installed, but its database driver does not load: ${result.output}`);
}
