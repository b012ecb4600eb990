import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, databaseKinds, type TestDatabase } from '../../../../test/databases.ts';
import { type EmbeddingRecorder, startEmbeddingRecorder } from '../../../../test/embedding-recorder.ts';
import { type ModelRecorder, scoreEverything, startModelRecorder } from '../../../../test/model-recorder.ts';
import { builderRow, projectRow, refusal } from '../../../../test/people.ts';
import { completed } from '../../../../test/runs.ts';
import type { Client } from '../../../catalogue/client.ts';

const WAIT = { timeout: 30_000, interval: 50 };
const CHOICE = { region: 'eu-west-1', storedElsewhere: false };

describe.each(businessDatabases())('a company of eu-west-1, on $name,', ({ create }) => {
  let american: ModelRecorder;
  let european: ModelRecorder;
  let embeddings: EmbeddingRecorder;
  const opened: { api: TestApi; testDatabase: TestDatabase }[] = [];

  beforeAll(async () => {
    const answers = scoreEverything(80, (criterion) => [criterion]);
    american = await startModelRecorder(answers);
    european = await startModelRecorder(answers);
    embeddings = await startEmbeddingRecorder();
  });
  afterAll(async () => {
    for (const { api, testDatabase } of opened) {
      await api.stop();
      await testDatabase.remove();
    }
    for (const recorder of [american, european, embeddings]) await recorder?.close();
  });

  /** An installation in eu-west-1 whose first model is declared for other regions. */
  async function start(env: Record<string, string> = {}, kind = { create }): Promise<TestApi> {
    const testDatabase = await kind.create();
    const api = await startApi(testDatabase, {
      DATA_REGION: 'eu-west-1',
      OPENAI_API_KEY: 'sk-test',
      OPENAI_BASE_URL: american.url,
      OPENAI_REGIONS: 'us-east-1,us-west-2',
      EMBEDDINGS_PROVIDER: 'voyage',
      EMBEDDINGS_DIMENSIONS: '256',
      EMBEDDINGS_REGIONS: 'us-east-1',
      VOYAGE_API_KEY: 'pa-test',
      VOYAGE_BASE_URL: embeddings.url,
      ...env,
    });
    opened.push({ api, testDatabase });
    await api.client.people.import({ builders: [builderRow()], projects: [projectRow()] });
    return api;
  }

  async function judge({ client }: TestApi) {
    const { runId } = await client.evaluation.startWeekly({ dryRun: true });
    return completed(client, runId);
  }

  const upload = (client: Client, text: string) =>
    client.policy.upload({
      folder: 'policies',
      name: `${text.slice(0, 5)}.md`,
      contentType: 'text/markdown',
      base64: Buffer.from(text).toString('base64'),
    });

  test('has its weeks judged by the model that is declared for its region, and by no other', async () => {
    const api = await start({
      COMPATIBLE_BASE_URL: european.url,
      COMPATIBLE_MODEL: 'one-of-ours',
      COMPATIBLE_REGIONS: 'eu-west-1',
    });
    await api.client.tenant.chooseRegion(CHOICE);
    const before = american.calls.length;
    expect(await judge(api)).toMatchObject({ engine: 'model', judged: 1 });
    expect(european.calls.length).toBeGreaterThan(0);
    expect(american.calls.length).toBe(before);
    const { providers } = await api.client.tenant.getRegion({});
    expect(providers.map(({ purpose, usable }) => [purpose, usable])).toEqual([
      ['model', false],
      ['model', true],
      ['embeddings', false],
    ]);
  });

  test('has no model where none is declared for its region: rules decide, and agents say why', async () => {
    const api = await start();
    expect(await judge(api)).toMatchObject({ engine: 'model' });
    const before = american.calls.length;
    expect(before).toBeGreaterThan(0);
    await api.client.tenant.chooseRegion(CHOICE);
    expect(await judge(api)).toMatchObject({ engine: 'rules', judged: 1 });
    const { model } = api.context;
    const { tenantId } = await api.client.tenant.get({});
    const call = { tenantId, purpose: 'test' };
    const asked = async () => {
      for await (const _ of model?.stream({
        system: 'Answer.',
        messages: [{ role: 'user', content: 'Hi' }],
        call,
      }) ?? []);
    };
    await expect(asked()).rejects.toMatchObject({
      kind: 'not_in_region',
      message: expect.stringContaining('eu-west-1'),
    });
    const agent = await api.client.agent.create({
      name: 'A guide',
      purpose: 'Answers',
      instructions: 'Answer.',
    });
    const refused = await refusal(
      api.client.agent.execute({ agentId: agent.agentId, input: 'Who are you?' }),
    );
    expect([refused.code, refused.message]).toEqual([
      'MODEL_NEEDED',
      expect.stringContaining('No model is declared to keep data in eu-west-1'),
    ]);
    expect(american.calls.length).toBe(before);
  });

  test('has its texts compared by the vectors of this process where embeddings are declared for other regions', async () => {
    // The embedded database always has pgvector.
    const { client, context } = await start({}, databaseKinds()[0]);
    const { tenantId } = await client.tenant.get({});
    const { collections, embedder } = context;
    await upload(client, 'Lamps of the harbour are checked daily.');
    const find = () => collections.search(tenantId, 'policies', 'harbour lamps', 1);
    await vi.waitFor(async () => expect(await find()).toMatchObject({ provider: 'voyage' }), WAIT);
    await client.tenant.chooseRegion(CHOICE);
    const before = embeddings.calls.length;
    const asStatic = { provider: 'static', nearest: [{ id: expect.any(String) }] };
    await vi.waitFor(async () => expect(await find()).toMatchObject(asStatic), WAIT);
    const call = { tenantId, purpose: 'test', inputType: 'document' } as const;
    expect((await embedder.embed(['the harbour light'], call)).space.provider).toBe('static');
    const { documentId } = await upload(client, 'Boats are counted when they come home.');
    const indexed = () => client.policy.get({ documentId });
    await vi.waitFor(async () => expect(await indexed()).toMatchObject({ state: 'indexed' }), WAIT);
    expect(embeddings.calls).toHaveLength(before);
  });
});
