import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ensureN8nInstalled } from './install.ts';
import { createInstallProgress } from './install-progress.ts';
import { isInstalled, removeStamp, writeStamp } from './install-stamp.ts';
import { withFileLock } from './lock.ts';
import { nodeHeadersRoot } from './node-headers.ts';

let host: string;

beforeEach(() => {
  host = mkdtempSync(join(tmpdir(), 'n8n-host-'));
  writeFileSync(join(host, 'package.json'), '{"name":"host","private":true}');
  writeFileSync(join(host, 'pnpm-lock.yaml'), "lockfileVersion: '9.0'\n");
});

afterEach(() => rmSync(host, { recursive: true, force: true }));

test('packages without a stamp count as not installed: that installation was cut short', () => {
  placeN8n();
  expect(isInstalled(host)).toBe(false);
});

test('a stamp of the present lockfile counts as installed', () => {
  placeN8n();
  writeStamp(host);
  expect(isInstalled(host)).toBe(true);
});

test('a stamp without n8n itself counts as not installed', () => {
  mkdirSync(join(host, 'node_modules'));
  writeStamp(host);
  expect(isInstalled(host)).toBe(false);
});

test.each(['package.json', 'pnpm-lock.yaml'])('a changed %s asks for a new installation', (file) => {
  placeN8n();
  writeStamp(host);
  appendFileSync(join(host, file), '\n');
  expect(isInstalled(host)).toBe(false);
});

test('a removed stamp asks for a new installation', () => {
  placeN8n();
  writeStamp(host);
  removeStamp(host);
  expect(isInstalled(host)).toBe(false);
});

test('an installation that is complete is left alone', async () => {
  placeN8n();
  writeStamp(host);
  const lines: string[] = [];
  const result = await ensureN8nInstalled({ hostDirectory: host, onProgress: (line) => lines.push(line) });
  expect(result).toEqual({ installed: false });
  expect(lines).toEqual([]);
});

test('a lockfile that does not fit is a clear error that names the log', async () => {
  writeFileSync(join(host, 'package.json'), '{"name":"host","private":true,"dependencies":{"n8n":"0.0.0"}}');
  const installing = ensureN8nInstalled({ hostDirectory: host });
  await expect(installing).rejects.toThrow(/n8n could not be installed: .*frozen-lockfile/s);
  await expect(installing).rejects.toThrow(join(host, '.install', 'install.log'));
  await expect(installing).rejects.toThrow('npm_config_nodedir');
  expect(isInstalled(host)).toBe(false);
}, 60_000);

test('two that want to install take turns', async () => {
  const events: string[] = [];
  let letGo = () => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const lock = join(host, 'lock');
  const first = withFileLock(
    lock,
    () => {},
    async () => {
      events.push('first in');
      await held;
      events.push('first out');
    },
  );
  const second = withFileLock(
    lock,
    () => {
      events.push('second waits');
      letGo();
    },
    async () => events.push('second in'),
  );
  await Promise.all([first, second]);
  expect(events).toEqual(['first in', 'second waits', 'first out', 'second in']);
});

test('progress is told in words while packages come in and while one compiles', () => {
  const progress = createInstallProgress();
  const read = (event: object) => progress.read(JSON.stringify(event));
  expect(progress.describe()).toBe('reading the lockfile');
  read({ name: 'pnpm:stats', added: 2 });
  read({ name: 'pnpm:progress', status: 'fetched' });
  expect(progress.describe()).toBe('fetching packages, 1 of 2');
  read({ name: 'pnpm:progress', status: 'imported' });
  expect(progress.describe()).toBe('linking packages, 1 of 2');
  read({ name: 'pnpm:lifecycle', wd: '/x/sqlite3', script: 'node-gyp rebuild' });
  expect(progress.describe()).toMatch(/^compiling sqlite3 \(\d+ s\)$/);
  read({ name: 'pnpm:lifecycle', wd: '/x/sqlite3', exitCode: 0 });
  read({ name: 'pnpm:progress', status: 'imported' });
  expect(progress.describe()).toBe('all 2 packages are in place, finishing');
});

test('the headers of the running Node are found beside it, if they are of its version', () => {
  const executable = join(host, 'bin', 'node');
  const [major, minor, patch] = process.versions.node.split('.');
  expect(nodeHeadersRoot(executable)).toBeUndefined();
  writeHeader(`${major}`, `${minor}`, '999');
  expect(nodeHeadersRoot(executable)).toBeUndefined();
  writeHeader(`${major}`, `${minor}`, `${patch}`);
  expect(nodeHeadersRoot(executable)).toBe(host);
});

function placeN8n(): void {
  const bin = join(host, 'node_modules', 'n8n', 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, 'n8n'), '');
}

function writeHeader(major: string, minor: string, patch: string): void {
  const directory = join(host, 'include', 'node');
  mkdirSync(directory, { recursive: true });
  writeFileSync(
    join(directory, 'node_version.h'),
    `#define NODE_MAJOR_VERSION ${major}\n#define NODE_MINOR_VERSION ${minor}\n#define NODE_PATCH_VERSION ${patch}\n`,
  );
}
