import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN_KEY, startApi, type TestApi } from '../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../test/databases.ts';

const APP = 'https://app.example.com';

describe.each(businessDatabases())('pages of other origins, on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;

  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase, { CORS_ORIGINS: `${APP}, https://second.example.com` });
  });
  afterAll(async () => {
    await api?.stop();
    await testDatabase?.remove();
  });

  const preflight = (origin: string, path = '/whoami') =>
    fetch(api.url + path, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'PATCH',
        'access-control-request-headers': 'authorization,content-type',
      },
    });

  test('of the list may ask with a token, and read the limits and the id of the request', async () => {
    const answer = await preflight(APP);
    expect(answer.status).toBe(204);
    expect(answer.headers.get('access-control-allow-origin')).toBe(APP);
    expect(answer.headers.get('access-control-allow-headers')).toBe('authorization,content-type');
    expect(answer.headers.get('access-control-allow-methods')).toContain('PATCH');
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
    const response = await fetch(`${api.url}/whoami`, {
      headers: { origin: APP, authorization: `Bearer ${ADMIN_KEY}` },
    });
    expect(response.status).toBe(200);
    expect(response.headers.get('access-control-allow-origin')).toBe(APP);
    expect(response.headers.get('vary')).toContain('Origin');
    expect(response.headers.get('access-control-expose-headers')).toContain('X-Request-Id');
    const refused = await fetch(`${api.url}/whoami`, { headers: { origin: APP } });
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([401, APP]);
  });

  test.each([
    'https://evil.example',
    'null',
    'http://app.example.com',
    'https://app.example.com.evil.example',
  ])('such as %s, which is not of the list, are allowed nothing', async (origin) => {
    expect((await preflight(origin)).headers.get('access-control-allow-origin')).toBeNull();
    const response = await fetch(`${api.url}/whoami`, { headers: { origin } });
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
  });

  test('sign nobody in by a cookie', async () => {
    const response = await fetch(`${api.url}/auth/login`, {
      method: 'POST',
      headers: { origin: APP, 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'ada@example.com', password: 'a password of the tests' }),
    });
    expect(await response.json()).toMatchObject({ code: 'CSRF_REFUSED' });
  });
});
