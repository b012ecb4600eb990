import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { linkNodePackage } from './node-package-link.ts';
import { stopOrphan, writePidFile } from './pid-file.ts';
import { claimPort } from './ports.ts';
import { serverEnvironment } from './server-environment.ts';

const TOKEN = 'n8n-0123456789abcdef01234567';
const GUARD = new URL('./die-with-parent.ts', import.meta.url).href;
const SLEEP = 'setInterval(() => {}, 1000)';

let folder: string;
const started: number[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'n8n-server-'));
});

afterEach(() => {
  for (const pid of started.splice(0)) {
    if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  }
  rmSync(folder, { recursive: true, force: true });
});

test('a guarded process ends when its parent is killed', async () => {
  const script = `
    const child = require('node:child_process').spawn(process.execPath,
      ['--import', ${JSON.stringify(GUARD)}, '-e', ${JSON.stringify(`process.send('ready'); ${SLEEP}`)}],
      { detached: true, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    child.once('message', () => console.log(child.pid));`;
  const parent = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const childPid = Number(
    await new Promise((resolve) => parent.stdout.once('data', (data) => resolve(String(data)))),
  );
  started.push(childPid);
  expect(isAlive(childPid)).toBe(true);
  parent.kill('SIGKILL');
  await expect.poll(() => isAlive(childPid), { timeout: 10_000 }).toBe(false);
}, 30_000);

test('an n8n left over from an earlier run is stopped', async () => {
  const pid = await startMarked(TOKEN);
  const file = join(folder, 'pid.json');
  writePidFile(file, { pid, parentPid: pid, token: TOKEN });
  const lines: string[] = [];
  await stopOrphan(file, (line) => lines.push(line));
  expect(isAlive(pid)).toBe(false);
  expect(lines).toEqual([`n8n: stopping process ${pid}, left over from an earlier run`]);
}, 30_000);

test('another program that got the recorded process id is left alone', async () => {
  const pid = await startMarked('n8n-of-somebody-else-entirely');
  const file = join(folder, 'pid.json');
  writePidFile(file, { pid, parentPid: 1, token: TOKEN });
  await stopOrphan(file, () => {});
  expect(isAlive(pid)).toBe(true);
}, 30_000);

test('an n8n that is still looked after is not stopped but named', async () => {
  const pid = await startMarked(TOKEN);
  const file = join(folder, 'pid.json');
  writePidFile(file, { pid, parentPid: process.pid, token: TOKEN });
  await expect(stopOrphan(file, () => {})).rejects.toThrow(`process ${pid}`);
  expect(isAlive(pid)).toBe(true);
}, 30_000);

test('a taken port is named with what wanted it', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  await expect(claimPort(port, '127.0.0.1', 'n8n')).rejects.toThrow(
    `Port ${port} on 127.0.0.1 for n8n is already in use.`,
  );
  await new Promise((resolve) => server.close(resolve));
  expect(await claimPort(port, '127.0.0.1', 'n8n')).toBe(port);
});

test('a node package is linked where n8n looks for community nodes, and relinked when it moves', () => {
  const first = writeNodePackage('first');
  const second = writeNodePackage('second');
  const link = join(folder, 'user', '.n8n', 'nodes', 'node_modules', 'n8n-nodes-sample');
  linkNodePackage(join(folder, 'user'), first);
  linkNodePackage(join(folder, 'user'), first);
  expect(readlinkSync(link)).toBe(first);
  linkNodePackage(join(folder, 'user'), second);
  expect(readlinkSync(link)).toBe(second);
});

test('a node package that is not built is named', () => {
  const directory = writeNodePackage('unbuilt');
  rmSync(join(directory, 'dist'), { recursive: true });
  expect(() => linkNodePackage(join(folder, 'user'), directory)).toThrow(
    'The node package n8n-nodes-sample is not built: dist/Sample.node.js is missing',
  );
});

test('n8n gets none of our own settings and secrets', () => {
  process.env.DATABASE_URL = 'postgres://secret';
  try {
    const environment = serverEnvironment({
      userFolder: folder,
      port: 5678,
      host: '127.0.0.1',
      brokerPort: 5679,
      encryptionKey: 'k',
      timezone: 'UTC',
      url: 'https://n8n.example.com',
    });
    expect(environment.DATABASE_URL).toBeUndefined();
    expect(environment.N8N_SECURE_COOKIE).toBe('true');
    expect(environment.N8N_DIAGNOSTICS_ENABLED).toBe('false');
  } finally {
    delete process.env.DATABASE_URL;
  }
});

async function startMarked(mark: string): Promise<number> {
  const script = `console.log('ready'); ${SLEEP}`;
  const child = spawn(process.execPath, ['-e', script, mark], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const pid = child.pid ?? 0;
  started.push(pid);
  return pid;
}

function writeNodePackage(name: string): string {
  const directory = join(folder, name);
  mkdirSync(join(directory, 'dist'), { recursive: true });
  const n8n = { n8nNodesApiVersion: 1, nodes: ['dist/Sample.node.js'], credentials: [] };
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ name: 'n8n-nodes-sample', n8n }));
  writeFileSync(join(directory, 'dist', 'Sample.node.js'), '');
  return directory;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !existsSync('/proc/self') || !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
