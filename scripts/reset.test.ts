import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ROOT } from './start/root.ts';

const directory = mkdtempSync(join(tmpdir(), 'ai-manager-reset-'));

afterAll(() => rmSync(directory, { recursive: true, force: true }));

test('reset deletes the data folder that DATA_DIR names by an absolute path', () => {
  writeFileSync(join(directory, 'company.json'), '{}');
  const { stdout, status } = spawnSync(process.execPath, [join(ROOT, 'scripts/reset.ts')], {
    env: { ...process.env, DATA_DIR: directory },
    encoding: 'utf8',
  });
  expect(stdout).toBe(`Deleted ${directory}.\n`);
  expect(status).toBe(0);
  expect(existsSync(directory)).toBe(false);
});
