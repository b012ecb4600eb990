import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { databaseKinds, type TestDatabase } from '../../../test/databases.ts';
import {
  type EmbeddingFault,
  type EmbeddingRecorder,
  startEmbeddingRecorder,
} from '../../../test/embedding-recorder.ts';
import { ensureTenant } from '../../modules/shared/identity/index.ts';
import type { Database } from '../../platform/database/index.ts';
import type { RecordedAttempt } from '../chain.ts';
import { createEmbedder, type Embedder } from './index.ts';
import { openAiVectorizer } from './openai.ts';
import { staticVectorizer } from './static.ts';
import type { Vectorizer } from './vectorizer.ts';
import { voyageVectorizer } from './voyage.ts';

const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, x, i) => sum + x * (b[i] as number), 0);

describe('static word vectors', () => {
  const vectorizer = staticVectorizer();
  const embed = async (...texts: string[]) => (await vectorizer.vectors(texts, 'query', undefined)).vectors;

  test('put what means the same near each other, and what does not further off', async () => {
    const [question, answer, other] = await embed(
      'How many vacation days do I get?',
      'Employees receive thirty days of paid leave each year.',
      'The cafeteria serves lunch at noon.',
    );
    const near = dot(question as Float32Array, answer as Float32Array);
    expect(near).toBeGreaterThan(dot(question as Float32Array, other as Float32Array) + 0.1);
  });

  test('have length 1, and 0 where no word is known', async () => {
    const [known, unknown, empty] = await embed('working hours', 'xqzzv 漢字', '');
    expect(Math.hypot(...(known as Float32Array))).toBeCloseTo(1);
    expect(Math.hypot(...(unknown as Float32Array))).toBe(0);
    expect(Math.hypot(...(empty as Float32Array))).toBe(0);
  });
});

describe.each(databaseKinds())('embeddings with a cache on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let database: Database;
  let tenantId: string;
  let recorder: EmbeddingRecorder;
  let attempts: RecordedAttempt[] = [];

  beforeAll(async () => {
    recorder = await startEmbeddingRecorder();
    testDatabase = await create();
    database = await testDatabase.open();
    const { migrate } = await import('../../platform/database/migrate.ts');
    await migrate(database.system('the test migrates'));
    tenantId = await ensureTenant(database, 'Test', 'enterprise');
  });
  afterEach(() => {
    recorder.failWith(null);
    recorder.calls.length = 0;
    attempts = [];
  });
  afterAll(async () => {
    await database?.close();
    await recorder?.close();
    await testDatabase?.remove();
  });

  const voyage = (timeoutMs = 10_000) =>
    voyageVectorizer({
      apiKey: 'pa-test',
      baseUrl: recorder.url,
      model: 'voyage-3-large',
      dimensions: 512,
      timeoutMs,
    });
  const openAi = () =>
    openAiVectorizer({
      apiKey: 'sk',
      baseUrl: recorder.url,
      model: 'text-embedding-3-large',
      dimensions: 512,
      timeoutMs: 10_000,
    });
  const embedderOf = (vectorizer: Vectorizer): Embedder =>
    createEmbedder(vectorizer, {
      database,
      ledger: {
        admit: async () => {},
        regionOf: async () => null,
        record: async (attempt) => {
          attempts.push(attempt);
        },
      },
    });
  const call = (inputType: 'query' | 'document' = 'document') => ({
    tenantId,
    purpose: 'policies',
    inputType,
  });

  test('asks Voyage in batches of 128, in order, and enters each', async () => {
    const texts = Array.from({ length: 300 }, (_, n) => `passage ${n}`);
    const { space, vectors, usage } = await embedderOf(voyage()).embed(texts, call());
    expect(space).toEqual({ provider: 'voyage', model: 'voyage-3-large', dimensions: 512 });
    expect(recorder.calls.map(({ input }) => input.length)).toEqual([128, 128, 44]);
    expect(recorder.calls[0]).toMatchObject({ input_type: 'document', output_dimension: 512 });
    expect(vectors).toHaveLength(300);
    expect(Math.hypot(...(vectors[299] as Float32Array))).toBeCloseTo(1);
    expect(usage).toEqual({ tokensIn: 1500 });
    expect(attempts.map(({ kind, outcome, usage: { tokensIn } }) => [kind, outcome, tokensIn])).toEqual([
      ['embedding', 'ok', 640],
      ['embedding', 'ok', 640],
      ['embedding', 'ok', 220],
    ]);
  });

  test('asks for no text twice, but once more for another use, model or length', async () => {
    const first = await embedderOf(voyage()).embed(['same', 'same', 'other'], call());
    expect(recorder.calls.map(({ input }) => input)).toEqual([['same', 'other']]);
    const again = await embedderOf(voyage()).embed(['other', 'same'], call());
    expect(recorder.calls).toHaveLength(1);
    expect(again.vectors).toEqual([first.vectors[2], first.vectors[0]]);
    await embedderOf(voyage()).embed(['same'], call('query'));
    await embedderOf(openAi()).embed(['same'], call());
    expect(recorder.calls).toHaveLength(3);
  });

  test.each<[string, EmbeddingFault, string, number]>([
    ['refuses the key', { status: 401 }, 'unauthorized', 10_000],
    [
      'limits our calls for an hour',
      { status: 429, headers: { 'retry-after': '3600' } },
      'rate_limited',
      10_000,
    ],
    ['answers 500', { status: 500 }, 'unreachable', 10_000],
    ['answers something else', { body: '{"data": [' }, 'error', 10_000],
    ['answers vectors of another length', { length: 1024 }, 'out_of_schema', 10_000],
    ['answers fewer vectors than texts', 'nothing', 'out_of_schema', 10_000],
    ['answers without end', 'endless', 'error', 10_000],
    ['breaks off', 'broken', 'unreachable', 10_000],
    ['hangs', 'hang', 'timeout', 200],
  ])('fails when Voyage %s, which the ledger says', async (what, fault, kind, timeoutMs) => {
    recorder.failWith(fault);
    await expect(embedderOf(voyage(timeoutMs)).embed([what], call())).rejects.toMatchObject({ kind });
    expect(attempts).toMatchObject([{ outcome: kind, provider: 'voyage', model: 'voyage-3-large' }]);
  });

  test.each<[string, EmbeddingFault, string]>([
    ['refuses the key', { status: 401 }, 'unauthorized'],
    ['answers vectors of another length', { length: 3 }, 'out_of_schema'],
    ['answers without end', 'endless', 'error'],
  ])('fails when OpenAI %s', async (what, fault, kind) => {
    recorder.failWith(fault);
    await expect(embedderOf(openAi()).embed([what], call())).rejects.toMatchObject({ kind });
    expect(attempts).toMatchObject([{ outcome: kind, provider: 'openai' }]);
  });

  test('asks a second time for what may pass, and the ledger has one row', async () => {
    recorder.failWith({ status: 503 }, 1);
    const { vectors } = await embedderOf(voyage()).embed(['passing'], call());
    expect(vectors).toHaveLength(1);
    expect(recorder.calls).toHaveLength(2);
    expect(attempts).toMatchObject([{ outcome: 'ok' }]);
  });

  test('ends a request whose caller has gone away with the reason', async () => {
    recorder.failWith('hang');
    const gone = new Error('gone');
    const leaving = new AbortController();
    const asked = embedderOf(voyage()).embed(['left'], { ...call(), signal: leaving.signal });
    await expect.poll(() => recorder.calls.length).toBe(1);
    leaving.abort(gone);
    await expect(asked).rejects.toBe(gone);
    expect(attempts).toMatchObject([{ outcome: 'aborted' }]);
  });

  test('sends Voyage a text of its context whole, and OpenAI as much as it reads', async () => {
    const text = 'word '.repeat(28_000);
    await embedderOf(voyage()).embed([text], call());
    await embedderOf(openAi()).embed([text], call());
    expect(recorder.calls.map(({ input }) => input[0]?.length)).toEqual([140_000, 30_000]);
  });

  test('keeps what it has when a later batch fails', async () => {
    const texts = Array.from({ length: 130 }, (_, n) => `kept ${n}`);
    const embedder = embedderOf(voyage());
    await embedder.embed(texts.slice(0, 128), call());
    recorder.failWith({ status: 401 });
    await expect(embedder.embed(texts, call())).rejects.toMatchObject({ kind: 'unauthorized' });
    expect(recorder.calls.at(-1)?.input).toEqual(['kept 128', 'kept 129']);
  });
});
