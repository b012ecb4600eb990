import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN_KEY, startApi, type TestApi } from '../../../../test/api.ts';
import { createTestDatabase, type TestDatabase } from '../../../../test/databases.ts';
import { refusal } from '../../../../test/people.ts';
import { smallCompany } from '../../../../test/runs.ts';
import { staff } from '../../../../test/staff.ts';
import { type Client, createClient } from '../../../catalogue/client.ts';
import { resources } from '../../../catalogue/index.ts';
import type { Role } from '../../../contract/operation.ts';

const builder = (builderId: string) => ({ operation: 'builder.get', input: { builderId } });

describe('a batch of reads', () => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    api = await startApi(testDatabase, { RATE_LIMITS: 'on' });
    const { builders, metrics } = smallCompany(3);
    await api.client.people.import({ builders, metrics });
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
  });

  async function keyWith(roles: Role[], scopes: string[]): Promise<Client> {
    const { key } = await api.client.apiKey.create({ name: roles.join(), roles, scopes });
    return createClient(resources, { baseUrl: api.url, apiKey: key });
  }
  const statuses = async (client: Client, ...requests: { operation: string; input?: object }[]) =>
    (await client.batch.read({ requests: requests as never })).answers.map(({ status }) => status);

  test('is answered in order, each as if it had come alone', async () => {
    const requests = [builder('b-2'), { operation: 'builder.list', input: { limit: 1 } }, builder('b-1')];
    const { answers } = await api.client.batch.read({ requests });
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(answers[0]?.body).toEqual(await api.client.builder.get({ builderId: 'b-2' }));
    expect(answers[1]?.body).toMatchObject({ items: [{ builderId: 'b-1' }], nextCursor: expect.any(String) });
  });

  test('answers what failed with its problem, and the rest', async () => {
    const { answers } = await api.client.batch.read({
      requests: [
        builder('none'),
        { operation: 'builder.get' },
        { operation: 'builder.list', input: { limit: 'many' } },
        { operation: 'builder.get', input: { builderId: 'b-1', colour: 'blue' } },
        builder('b-1'),
      ],
    });
    const required = { field: 'builderId', message: 'is required' };
    expect(answers).toMatchObject([
      { status: 404, body: { code: 'NOT_FOUND' } },
      { status: 422, body: { code: 'INVALID_INPUT', errors: [required] } },
      { status: 422, body: { errors: [{ field: 'limit', message: 'must be a number' }] } },
      { status: 422, body: { errors: [{ field: 'colour' }] } },
      { status: 200 },
    ]);
  });

  test.each(['approval.submit', 'webhook.delete', 'health.get', 'batch.read', 'constructor', 'builder.fire'])(
    'does not carry %s',
    async (operation) => expect(await statuses(api.client, { operation })).toEqual([404]),
  );

  test('gives no caller more than they may read', async () => {
    const audit = { operation: 'audit.list' };
    expect(await statuses(await keyWith(['readonly'], ['*']), builder('b-1'), audit)).toEqual([200, 403]);
    const scoped = await keyWith(['admin'], ['builder:read']);
    expect(await statuses(scoped, builder('b-1'), audit, { operation: 'tenant.get' })).toEqual([
      200, 403, 403,
    ]);
    const own = await staff(api, 'b-1@sample-company.example', ['builder']);
    expect(await statuses(own, builder('b-1'), builder('b-2'), audit)).toEqual([200, 403, 403]);
    const anybody = createClient(resources, { baseUrl: api.url });
    expect((await refusal(anybody.batch.read({ requests: [builder('b-1')] }))).status).toBe(401);
  });

  test('counts every read against the limits', async () => {
    const left = async (count: number) => {
      const response = await fetch(`${api.url}/whoami`, {
        headers: { authorization: `Bearer ${ADMIN_KEY}` },
      });
      await api.client.batch.read({ requests: Array.from({ length: count }, () => builder('b-1')) });
      return Number(/r=(\d+)/.exec(response.headers.get('ratelimit') ?? '')?.[1]);
    };
    const before = await left(10);
    expect(await left(1)).toBeLessThanOrEqual(before - 11);
  });

  test.each([0, 101])('holds no %i reads', async (count) => {
    const requests = Array.from({ length: count }, () => builder('b-1'));
    expect((await refusal(api.client.batch.read({ requests }))).status).toBe(422);
  });
});
