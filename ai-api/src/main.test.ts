import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ADMIN_KEY, partOfSampleCompany, testEnvironment } from '../test/api.ts';
import { databaseKinds, type TestDatabase } from '../test/databases.ts';
import { type ModelRecorder, scoreEverything, startModelRecorder } from '../test/model-recorder.ts';
import { SHORT_LIVED } from '../test/process.ts';
import { evaluate } from '../test/runs.ts';
import { startVaultRecorder, type VaultRecorder } from '../test/vault-recorder.ts';
import { type Client, createClient } from './catalogue/client.ts';
import { resources } from './catalogue/index.ts';

const main = fileURLToPath(new URL('main.ts', import.meta.url));
type Line = Record<string, unknown> & { msg: string };

describe.each(databaseKinds())('a process with secrets in AWS Secrets Manager on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let vault: VaultRecorder;
  let model: ModelRecorder;
  let child: ChildProcess;
  let client: Client;
  const lines: Line[] = [];
  let errors = '';

  beforeAll(async () => {
    testDatabase = await create();
    vault = await startVaultRecorder();
    model = await startModelRecorder(scoreEverything(80, (criterion) => [criterion]));
    setKey('sk-of-the-first-month');
    child = start(withModel());
    createInterface({ input: child.stdout as Readable }).on('line', (line) => lines.push(JSON.parse(line)));
    child.stderr?.on('data', (chunk) => {
      errors += String(chunk);
    });
    const { url } = await logged('ready', 1, 150_000);
    client = createClient(resources, { baseUrl: String(url), apiKey: ADMIN_KEY });
  });
  afterAll(async () => {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
    await vault.close();
    await model.close();
    await testDatabase.remove();
  });

  const start = (env: Record<string, string>): ChildProcess =>
    spawn(process.execPath, [...SHORT_LIVED, main], {
      env: {
        PATH: process.env.PATH,
        ...testEnvironment(testDatabase, { LOG_LEVEL: 'info', ...vault.env, ...env }),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  /** The line of the log with this message, the newest of so many. */
  const logged = (message: string, times = 1, timeout = 40_000) =>
    vi.waitFor(
      () => {
        const found = lines.filter((line) => line.msg === message);
        expect(found.length, errors).toBeGreaterThanOrEqual(times);
        return found.at(-1) as Line;
      },
      { timeout, interval: 50 },
    );
  const withModel = () => ({
    OPENAI_API_KEY: 'aws-sm://prod/keys#model',
    OPENAI_BASE_URL: model.url,
    OPENAI_MODEL: 'test-1',
  });
  const setKey = (key: string) => vault.secrets.set('prod/keys', JSON.stringify({ model: key }));

  test('stays with its secrets when they cannot be read again, and recovers', async () => {
    vault.secrets.set('prod/keys', { error: 'AccessDeniedException' });
    child.kill('SIGHUP');
    expect(await logged('secrets could not be reloaded, the old ones stay in use')).toMatchObject({
      reasons: ['OPENAI_API_KEY: reading the secret is not allowed'],
    });
    setKey('sk-of-the-first-month');
    child.kill('SIGHUP');
    expect(await logged('secrets reloaded')).toMatchObject({ reloaded: [] });
  });

  test('uses the rotated model key after SIGHUP, without a restart, and logs its name', async () => {
    await client.people.import(partOfSampleCompany(8));
    await evaluate(client, { dryRun: true });
    setKey('sk-of-the-second-month');
    child.kill('SIGHUP');
    expect(await logged('secrets reloaded', 2)).toMatchObject({
      reloaded: ['OPENAI_API_KEY'],
      needRestart: [],
    });
    const before = model.calls.length;
    await evaluate(client, { dryRun: true });
    const used = (calls: typeof model.calls) => [...new Set(calls.map(({ apiKey }) => apiKey))];
    expect(used(model.calls.slice(0, before))).toEqual(['sk-of-the-first-month']);
    expect(used(model.calls.slice(before))).toEqual(['sk-of-the-second-month']);
    expect(JSON.stringify(lines)).not.toContain('sk-of-the');
  });

  test('does not start with a secret that is missing, and gives the reason in one line', async () => {
    vault.secrets.delete('prod/keys');
    const other = start(withModel());
    const [output, error, [code]] = await Promise.all([
      text(other.stdout as Readable),
      text(other.stderr as Readable),
      once(other, 'close'),
    ]);
    expect([code, error, output]).toEqual([1, 'OPENAI_API_KEY: there is no such secret\n', '']);
  });
});
