import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { databaseKinds, type TestDatabase } from '../../../test/databases.ts';
import { type EmbeddingRecorder, startEmbeddingRecorder } from '../../../test/embedding-recorder.ts';
import { ensureTenant } from '../../modules/shared/identity/index.ts';
import type { Database } from '../../platform/database/index.ts';
import { migrate } from '../../platform/database/migrate.ts';
import { createJobs, type Jobs } from '../../platform/jobs/index.ts';
import { createLog } from '../../platform/log.ts';
import { createCollections, type Item } from './collections.ts';
import { createEmbedder, type Embedder } from './index.ts';
import { prepareVectors, type VectorEngine } from './pgvector.ts';
import { STATIC_SPACE, staticVectorizer } from './static.ts';
import { voyageVectorizer } from './voyage.ts';

const POLICIES: Item[] = [
  { id: 'p-1', text: 'Employees receive thirty days of paid leave each year.' },
  { id: 'p-2', text: 'Expenses are reimbursed within two weeks.' },
  { id: 'p-3', text: 'The office is closed on public holidays.' },
];

describe.each(databaseKinds())('a collection on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let database: Database;
  let tenantId: string;
  let recorder: EmbeddingRecorder;
  let engine: VectorEngine;
  const running: Jobs[] = [];

  beforeAll(async () => {
    recorder = await startEmbeddingRecorder();
    testDatabase = await create();
    database = await testDatabase.open();
    await migrate(database.system('the test migrates'));
    ({ engine } = await prepareVectors(database, STATIC_SPACE.dimensions));
    tenantId = await ensureTenant(database, 'Test', 'enterprise');
  });
  // A process of one test does no work of the next.
  afterEach(async () => {
    for (const jobs of running.splice(0)) await jobs.stop(1_000);
  });
  afterAll(async () => {
    await database?.close();
    await recorder?.close();
    await testDatabase?.remove();
  });

  const ledger = { admit: async () => {}, regionOf: async () => null, record: async () => {} };
  const words = () => createEmbedder(staticVectorizer(), { database, ledger });
  const voyage = () =>
    createEmbedder(
      voyageVectorizer({
        apiKey: 'pa-test',
        baseUrl: recorder.url,
        model: 'voyage-3-large',
        dimensions: 256,
        timeoutMs: 10_000,
      }),
      { database, ledger },
    );

  /** A process that is configured with these embedders, the first one for what is new. */
  const open = (work: boolean, ...embedders: [Embedder, ...Embedder[]]) => openWith(engine, work, embedders);
  async function openWith(by: VectorEngine, work: boolean, embedders: [Embedder, ...Embedder[]]) {
    const jobs = createJobs(database, { heartbeatSeconds: 15, log: createLog('silent') });
    const collections = createCollections(database, jobs, embedders, by);
    collections.define({
      name: 'policies',
      texts: async (_transaction, after, limit) =>
        POLICIES.filter(({ id }) => after === null || id > after).slice(0, limit),
    });
    await jobs.start({ work });
    running.push(jobs);
    return collections;
  }
  const spaces = () =>
    database.withTenant(tenantId, (transaction) =>
      transaction.selectFrom('models.embedding_spaces').select(['provider', 'dimensions', 'state']).execute(),
    );

  const WITHOUT = 'a server without pgvector';

  test('has no vectors without pgvector, and notes that they are missing', async () => {
    const policies = await openWith('none', false, [words()]);
    await policies.put(tenantId, 'policies', POLICIES.slice(0, 1));
    const { provider, nearest } = await policies.search(tenantId, 'policies', 'vacation', 3);
    expect({ provider, nearest }).toEqual({ provider: null, nearest: [] });
    await policies.migrate();
    expect(await spaces()).toEqual([{ provider: 'static', dimensions: 100, state: 'building' }]);
  });

  test('gets the missing vectors at a start with pgvector', async ({ skip }) => {
    skip(engine === 'none', WITHOUT);
    const policies = await open(true, words());
    await policies.migrate();
    await expect
      .poll(spaces, { timeout: 20_000 })
      .toEqual([{ provider: 'static', dimensions: 100, state: 'active' }]);
    const { nearest } = await policies.search(tenantId, 'policies', 'How many vacation days do I get?', 3);
    expect(nearest.map(({ id }) => id).toSorted()).toEqual(['p-1', 'p-2', 'p-3']);
    // And again after a text has changed on a process without it.
    const without = await openWith('none', false, [words()]);
    await without.put(tenantId, 'policies', POLICIES.slice(1, 2));
    await policies.migrate();
    await expect
      .poll(spaces, { timeout: 20_000 })
      .toEqual([{ provider: 'static', dimensions: 100, state: 'active' }]);
    expect((await policies.search(tenantId, 'policies', 'reimbursed', 3)).nearest).toHaveLength(3);
    await database.withTenant(tenantId, (transaction) =>
      transaction.deleteFrom('models.embedding_spaces').execute(),
    );
  });

  test('is searched by meaning', async ({ skip }) => {
    skip(engine === 'none', WITHOUT);
    const policies = await open(false, words());
    expect((await policies.search(tenantId, 'policies', 'vacation', 3)).nearest).toEqual([]);
    await policies.put(tenantId, 'policies', POLICIES);
    const { nearest: found } = await policies.search(
      tenantId,
      'policies',
      'How many vacation days do I get?',
      2,
    );
    expect(found).toHaveLength(2);
    expect(found[0]?.id).toBe('p-1');
    expect(found[0]?.similarity).toBeGreaterThan(found[1]?.similarity ?? 1);
  });

  test('moves to another space without a gap: the old one is searched until the new one is whole', async ({
    skip,
  }) => {
    skip(engine === 'none', WITHOUT);
    const before = await open(false, voyage(), words());
    expect((await before.search(tenantId, 'policies', 'vacation days', 1)).nearest[0]?.id).toBe('p-1');
    expect(recorder.calls).toHaveLength(0);
    const worker = await open(true, voyage(), words());
    await worker.migrate();
    await expect
      .poll(spaces, { timeout: 20_000 })
      .toEqual([{ provider: 'voyage', dimensions: 256, state: 'active' }]);
    // The recorder gives the same text the same vector.
    const { nearest } = await worker.search(tenantId, 'policies', POLICIES[1]?.text ?? '', 1);
    expect(nearest[0]).toMatchObject({ id: 'p-2', similarity: expect.closeTo(1, 4) });
  });

  test('says when nothing speaks its space any more', async ({ skip }) => {
    skip(engine === 'none', WITHOUT);
    const policies = await open(false, words());
    await expect(policies.search(tenantId, 'policies', 'vacation', 1)).rejects.toThrow(
      'Nothing makes vectors of voyage:voyage-3-large any more.',
    );
  });

  test('forgets what is taken out', async ({ skip }) => {
    skip(engine === 'none', WITHOUT);
    const policies = await open(false, voyage());
    await database.withTenant(tenantId, (transaction) => policies.remove(transaction, 'policies', ['p-2']));
    const { nearest } = await policies.search(tenantId, 'policies', 'x', 10);
    expect(nearest.map(({ id }) => id).toSorted()).toEqual(['p-1', 'p-3']);
  });
});
