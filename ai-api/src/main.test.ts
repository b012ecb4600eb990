import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ADMIN_KEY, sampleCompany, testEnvironment } from '../test/api.ts';
import { databaseKinds, type TestDatabase } from '../test/databases.ts';
import { type ModelRecorder, scoreEverything, startModelRecorder } from '../test/model-recorder.ts';
import { evaluate } from '../test/runs.ts';
import { startVaultRecorder, type VaultRecorder } from '../test/vault-recorder.ts';
import { createClient } from './catalogue/client.ts';
import { resources } from './catalogue/index.ts';

const main = fileURLToPath(new URL('main.ts', import.meta.url));
type Line = Record<string, unknown> & { msg: string };

describe.each(databaseKinds())('a process with secrets in AWS Secrets Manager on $name', ({ create }) => {
  let home: TestDatabase;
  let vault: VaultRecorder;
  let model: ModelRecorder;
  let process_: ChildProcess | undefined;
  let lines: Line[];
  let errors: string;

  beforeEach(async () => {
    home = await create();
    vault = await startVaultRecorder();
    model = await startModelRecorder(scoreEverything(80, (criterion) => [criterion]));
    [lines, errors] = [[], ''];
  });
  afterEach(async () => {
    if (process_ && process_.exitCode === null && process_.signalCode === null) {
      const ended = once(process_, 'exit');
      process_.kill('SIGTERM');
      await ended;
    }
    process_ = undefined;
    await vault.close();
    await model.close();
    await home.remove();
  });

  function start(env: Record<string, string>): ChildProcess {
    const environment = testEnvironment(home, { LOG_LEVEL: 'info', ...vault.env, ...env });
    const child = spawn(process.execPath, [main], {
      env: { PATH: process.env.PATH, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line)));
    child.stderr.on('data', (chunk) => {
      errors += String(chunk);
    });
    process_ = child;
    return child;
  }
  const said = (msg: string, times = 1) =>
    vi.waitFor(
      () => {
        const found = lines.filter((line) => line.msg === msg);
        expect(found.length, errors).toBeGreaterThanOrEqual(times);
        return found.at(-1) as Line;
      },
      { timeout: 40_000, interval: 50 },
    );
  const withModel = () => ({
    OPENAI_API_KEY: 'aws-sm://prod/keys#model',
    OPENAI_BASE_URL: model.url,
    OPENAI_MODEL: 'test-1',
  });
  const keys = (key: string) => vault.secrets.set('prod/keys', JSON.stringify({ model: key }));

  test('uses the rotated model key after SIGHUP, without a restart, and says so by name', async () => {
    keys('sk-of-the-first-month');
    const child = start(withModel());
    const { url } = await said('ready');
    const client = createClient(resources, { baseUrl: String(url), apiKey: ADMIN_KEY });
    await client.people.import(sampleCompany());
    await evaluate(client, { dryRun: true });
    keys('sk-of-the-second-month');
    child.kill('SIGHUP');
    expect(await said('secrets reloaded')).toMatchObject({ reloaded: ['OPENAI_API_KEY'], needRestart: [] });
    const before = model.calls.length;
    await evaluate(client, { dryRun: true });
    const used = (calls: typeof model.calls) => [...new Set(calls.map(({ apiKey }) => apiKey))];
    expect(used(model.calls.slice(0, before))).toEqual(['sk-of-the-first-month']);
    expect(used(model.calls.slice(before))).toEqual(['sk-of-the-second-month']);
    expect(JSON.stringify(lines)).not.toContain('sk-of-the');
  });

  test('stays with its secrets when they cannot be read again, and recovers', async () => {
    keys('sk-of-the-first-month');
    const child = start(withModel());
    await said('ready');
    vault.secrets.set('prod/keys', { error: 'AccessDeniedException' });
    child.kill('SIGHUP');
    expect(await said('secrets not reloaded, the old ones stay in use')).toMatchObject({
      reasons: ['OPENAI_API_KEY: reading the secret is not allowed'],
    });
    keys('sk-of-the-first-month');
    child.kill('SIGHUP');
    expect(await said('secrets reloaded')).toMatchObject({ reloaded: [] });
  });

  test('does not start with a secret that is not there, and says why in one line', async () => {
    const child = start(withModel());
    const [code] = await once(child, 'close');
    expect(code).toBe(1);
    expect(errors).toBe('OPENAI_API_KEY: there is no such secret\n');
    expect(lines).toEqual([]);
  });
});
