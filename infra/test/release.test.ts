import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const run = promisify(execFile);
const IMAGE = `registry.example.com/api@sha256:${'a'.repeat(64)}`;

describe('npm run release', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'release-'));
    program(
      'terraform',
      `case "$2" in output) printf the-alarm;; apply) cat "$directory/release.auto.tfvars.json" >> "$directory/applied";; esac`,
    );
    program('aws', 'echo OK');
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  /** A stand-in for a program of somebody else's. */
  function program(name: string, script: string): void {
    writeFileSync(join(directory, name), `#!/bin/sh\ndirectory='${directory}'\n${script}\n`);
    chmodSync(join(directory, name), 0o755);
  }

  async function release(...args: string[]) {
    const file = join(import.meta.dirname, '..', 'src', 'release', 'release.ts');
    const env = { PATH: `${directory}:${process.env.PATH}` };
    const ended = await run(process.execPath, [file, '--directory', directory, ...args], { env }).then(
      ({ stdout, stderr }) => ({ code: 0, text: stdout + stderr }),
      ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({
        code,
        text: stdout + stderr,
      }),
    );
    return ended;
  }
  const applied = () =>
    readFileSync(join(directory, 'applied'), 'utf8')
      .split('}\n}\n')
      .map((text) => [...text.matchAll(/"weight": (\d+)/g)].map(([, weight]) => Number(weight)))
      .filter((weights) => weights.length > 0);

  test('moves the traffic by 10, 50 and 100 percent, and ends the old colour when told to', async () => {
    expect(await release('--image', IMAGE, '--watch', '0')).toMatchObject({ code: 0 });
    expect(applied()).toEqual([
      [90, 10],
      [50, 50],
      [0, 100],
    ]);
    const next = `registry.example.com/api@sha256:${'b'.repeat(64)}`;
    expect((await release('--image', next, '--watch', '0')).code).toBe(0);
    expect(applied().at(-1)).toEqual([100, 0]);
    expect((await release('--finish')).code).toBe(0);
    const state = JSON.parse(readFileSync(join(directory, 'release.auto.tfvars.json'), 'utf8'));
    expect(state.api_release).toEqual({
      blue: { image: next, weight: 100 },
      green: { image: '', weight: 0 },
    });
  });

  test('brings everything back when the alarm goes off', async () => {
    program('aws', `grep -q 50 "$directory/applied" && echo ALARM || echo OK`);
    const { code, text } = await release('--image', IMAGE, '--watch', '0');
    expect(code).toBe(1);
    expect(text).toContain('The alarm the-alarm went off at 50 %: all traffic was rolled back.');
    expect(applied()).toEqual([
      [90, 10],
      [50, 50],
      [100, 0],
    ]);
  });

  test('refuses an image that is not pinned', async () => {
    expect(await release('--image', 'api:latest')).toMatchObject({ code: 1 });
  });
});
