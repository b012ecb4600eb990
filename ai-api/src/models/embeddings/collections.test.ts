import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { databaseKinds, type TestDatabase } from '../../../test/databases.ts';
import { type EmbeddingRecorder, startEmbeddingRecorder } from '../../../test/embedding-recorder.ts';
import { ensureTenant } from '../../modules/shared/identity/index.ts';
import type { Database } from '../../platform/database/index.ts';
import { migrate } from '../../platform/database/migrate.ts';
import { createJobs, type Jobs } from '../../platform/jobs/index.ts';
import { createLog } from '../../platform/log.ts';
import { createCollections, type Item } from './collections.ts';
import { createEmbedder, type Embedder } from './index.ts';
import { voyageVectorizer } from './remote.ts';
import { staticVectorizer } from './static.ts';

const POLICIES: Item[] = [
  { id: 'p-1', text: 'Employees receive thirty days of paid leave each year.' },
  { id: 'p-2', text: 'Expenses are reimbursed within two weeks.' },
  { id: 'p-3', text: 'The office is closed on public holidays.' },
];

describe.each(databaseKinds())('a collection on $name', ({ create }) => {
  let home: TestDatabase;
  let database: Database;
  let tenantId: string;
  let recorder: EmbeddingRecorder;
  const running: Jobs[] = [];

  beforeAll(async () => {
    recorder = await startEmbeddingRecorder();
    home = await create();
    database = await home.open();
    await migrate(database.system('the test migrates'));
    tenantId = await ensureTenant(database, 'Test', 'enterprise');
  });
  afterAll(async () => {
    for (const jobs of running) await jobs.stop(1_000);
    await database?.close();
    await recorder?.close();
    await home?.remove();
  });

  const ledger = { admit: async () => {}, record: async () => {} };
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
  async function open(work: boolean, ...embedders: [Embedder, ...Embedder[]]) {
    const jobs = createJobs(database, { heartbeatSeconds: 15, log: createLog('silent') });
    const collections = createCollections(database, jobs, embedders);
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

  test('is searched by meaning', async () => {
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

  test('moves to another space without a gap: the old one is searched until the new one is whole', async () => {
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

  test('says when nothing speaks its space any more', async () => {
    const policies = await open(false, words());
    await expect(policies.search(tenantId, 'policies', 'vacation', 1)).rejects.toThrow(
      'Nothing makes vectors of voyage:voyage-3-large any more.',
    );
  });

  test('forgets what is taken out', async () => {
    const policies = await open(false, voyage());
    await database.withTenant(tenantId, (transaction) => policies.remove(transaction, 'policies', ['p-2']));
    const { nearest } = await policies.search(tenantId, 'policies', 'x', 10);
    expect(nearest.map(({ id }) => id).toSorted()).toEqual(['p-1', 'p-3']);
  });
});
