import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../test/api.ts';
import { createTestDatabase, type TestDatabase } from '../../test/databases.ts';

describe('probes', () => {
  let testDatabase: TestDatabase;
  let api: TestApi;

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    api = await startApi(testDatabase);
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
  });

  test.each(['/health', '/health/live'])('%s reports version, engine and drivers', async (path) => {
    const response = await fetch(`${api.url}${path}`);
    expect(await response.json()).toMatchObject({
      status: 'ok',
      version: api.context.ops.installation.version,
      engine: 'rules',
      model: null,
      drivers: {
        database: testDatabase.env.DATABASE_URL ? 'postgres' : 'pglite',
        vectors: testDatabase.env.DATABASE_URL ? api.context.collections.engine : 'pgvector',
        jobs: 'pg-boss',
        objects: 'filesystem',
        mail: 'smtp',
        seats: 'postgres',
        licenceSigning: 'local',
      },
    });
  });

  test.each(['/ready', '/health/ready'])('%s asks the database and the queue', async (path) => {
    const response = await fetch(`${api.url}${path}`);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: 'ready', checks: { database: 'ok', queue: 'ok' } });
  });
});
