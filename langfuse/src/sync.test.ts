import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type LangfuseRecorder, startLangfuseRecorder } from '../test/recorder.ts';
import { createLangfuseClient, type LangfuseClient } from './client.ts';
import { readDefinitions } from './definitions.ts';
import { readPromptFiles } from './prompt-files.ts';
import { langfusePrompts } from './prompts.ts';
import { planSync } from './sync.ts';

let recorder: LangfuseRecorder;
let client: LangfuseClient;
beforeEach(async () => {
  recorder = await startLangfuseRecorder();
  const { url: baseUrl, publicKey, secretKey } = recorder;
  client = createLangfuseClient({ baseUrl, publicKey, secretKey, fetchTimeoutMs: 5_000, maxRetries: 0 });
});
afterEach(() => recorder.close());

const definitions = await readDefinitions();
const files = await readPromptFiles();
const writes = () => recorder.requests.filter(({ method }) => method !== 'GET');

async function sync(defined = definitions, prompts = files) {
  const changes = await planSync(client, defined, prompts);
  for (const { apply } of changes) await apply?.();
  return changes;
}

async function run(...args: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('cli.ts', import.meta.url)), ...args], {
    env: {
      ...process.env,
      LANGFUSE_BASE_URL: recorder.url,
      LANGFUSE_PUBLIC_KEY: recorder.publicKey,
      LANGFUSE_SECRET_KEY: recorder.secretKey,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await ended, output: out + err };
}

describe('the sync with Langfuse', () => {
  test('makes everything once', async () => {
    const wanted = { ...definitions, annotationQueues: [{ name: 'second look', scoreConfigs: ['grade'] }] };
    const first = await sync(wanted);
    expect(new Set(first.map(({ action }) => action))).toEqual(new Set(['create']));
    expect(first.map(({ what }) => what)).toEqual(
      expect.arrayContaining([
        'prompt evaluation',
        'score config reasons hold',
        'annotation queue second look',
      ]),
    );
    expect(await langfusePrompts(client).get('evaluation', { label: 'production' })).toMatchObject({
      version: 1,
    });
    const before = writes().length;
    const again = await sync(wanted);
    expect(new Set(again.map(({ action }) => action))).toEqual(new Set(['unchanged']));
    expect(writes()).toHaveLength(before);
  });

  test('adds a changed file as a version that does not serve, and shows the difference', async () => {
    await sync();
    const changed = files.map((file) =>
      file.name === 'evaluation' ? { ...file, text: `${file.text}\nBe fair.` } : file,
    );
    const changes = (await sync(definitions, changed)).filter(({ action }) => action !== 'unchanged');
    expect(changes).toMatchObject([{ what: 'prompt evaluation', action: 'update' }]);
    expect(changes[0]?.detail).toContain('+Be fair.');
    const prompts = langfusePrompts(client);
    expect(await prompts.get('evaluation', { label: 'latest' })).toMatchObject({ version: 2 });
    expect(await prompts.get('evaluation', { label: 'production' })).toMatchObject({ version: 1 });
  });

  test('brings prices, score configs and cases up to date, and leaves to a person what it must not change', async () => {
    await sync();
    const [price] = definitions.modelPrices;
    const other = structuredClone(definitions);
    other.modelPrices = other.modelPrices.map((model) => ({ ...model, inputPrice: 1 }));
    other.scoreConfigs = other.scoreConfigs.map((config) =>
      config.name === 'feedback helps' ? { ...config, maxValue: 10 } : { ...config, dataType: 'NUMERIC' },
    );
    const changes = (await sync(other)).filter(({ action }) => action !== 'unchanged');
    expect(changes.find(({ what }) => what === `model price ${price?.modelName}`)).toMatchObject({
      action: 'update',
      detail: 'inputPrice',
    });
    expect(changes.find(({ what }) => what === 'score config feedback helps')).toMatchObject({
      action: 'update',
    });
    expect(changes.find(({ what }) => what === 'score config reasons hold')).toMatchObject({
      action: 'differs',
      apply: null,
    });
    expect((await sync(other)).filter(({ action }) => action === 'update')).toEqual([]);
  });

  test('only tells what it would do in a dry run', async () => {
    const { code, output } = await run('sync', '--dry-run');
    expect(code).toBe(0);
    expect(output).toContain('create prompt evaluation: version 1, production');
    expect(output).toMatch(/\d+ would be created, 0 would be updated, 0 unchanged\./);
    expect(writes()).toEqual([]);
  });

  test('ends with one line when Langfuse is away, and with the usage when it is not understood', async () => {
    recorder.failWith({ status: 400 });
    const away = await run('sync');
    expect(away.code).toBe(1);
    expect(away.output.trim().split('\n')).toHaveLength(1);
    expect((await run('sync', '--now')).code).toBe(1);
    expect((await run()).output).toContain('Usage: npm run langfuse -- sync [--dry-run]');
    expect((await run('clear')).code).toBe(2);
  });
});
