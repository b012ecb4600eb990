import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { createTestDatabase, type TestDatabase } from '../../../../test/databases.ts';

describe('the sample of licences', () => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  const start = async () => {
    api = await startApi(testDatabase, { LICENCE_SAMPLE: 'on' });
  };
  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    await start();
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
  });

  test('has two products, five licences, a week of usage and a morning that was full', async () => {
    const { items: products } = await api.client.licenceProduct.list({});
    expect(products).toHaveLength(2);
    const { licences } = await api.client.licenceAnalytics.usage({});
    expect(licences).toHaveLength(5);
    for (const { sessions, utilisation } of licences) {
      expect(sessions).toBeGreaterThan(10);
      expect(utilisation).toBeGreaterThan(0);
    }
    const design = licences.find(({ licence }) => licence === 'Design team');
    expect(design?.denials.NO_SEATS).toBeGreaterThan(3);
    expect(design?.minutesFull).toBeGreaterThan(60);
    expect(design?.seatsFor99Percent).toBeGreaterThan(design?.maxSeats ?? 0);
    const { items: expiring } = await api.client.licenceAnalytics.expiring({ days: 30 });
    expect(expiring).toHaveLength(2);
    const { items: holders } = await api.client.licenceSession.list({ state: 'live' });
    expect(holders.map(({ state }) => state)).toEqual(['borrowed', 'borrowed']);
  });

  test('is given once', async () => {
    await api.stop();
    await start();
    expect((await api.client.licence.list({})).items).toHaveLength(5);
  });
});
