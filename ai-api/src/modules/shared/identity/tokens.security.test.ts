import { createHmac, createPublicKey } from 'node:crypto';
import type { JWK, JWTPayload } from 'jose';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { startIssuer, type TestIssuer } from '../../../../test/issuer.ts';

const AUDIENCE = 'ai-manager-tests';
const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const now = () => Math.floor(Date.now() / 1000);

describe.each(businessDatabases())('a token of another issuer, on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let issuer: TestIssuer;
  let second: TestIssuer;

  beforeAll(async () => {
    [issuer, second] = await Promise.all([startIssuer(), startIssuer()]);
    for (const algorithm of ['ES256', 'EdDSA'] as const) await second.addKey(algorithm, algorithm);
    testDatabase = await create();
    api = await startApi(testDatabase, {
      TOKEN_ISSUERS: JSON.stringify([
        {
          issuer: issuer.issuer,
          audience: AUDIENCE,
          rolesClaim: 'realm_access.roles',
          roles: { managers: 'executive', makers: 'builder' },
        },
        {
          issuer: second.issuer,
          audience: 'client-1',
          audienceClaim: 'client_id',
          tenantClaim: 'org',
          tenants: { acme: 'acme', globex: 'globex' },
          defaultRoles: ['readonly'],
        },
      ]),
    });
    await api.context.identity.ensureTenant('acme');
  });
  afterAll(async () => {
    await api?.stop();
    await Promise.all([issuer?.stop(), second?.stop()]);
    await testDatabase?.remove();
  });

  const ada = {
    sub: 'ada',
    aud: AUDIENCE,
    email: 'Ada@Example.com',
    email_verified: true,
    name: 'Ada Example',
    realm_access: { roles: ['managers', 'others'] },
  };
  const ask = (token: string, path = '/whoami') =>
    fetch(`${api.url}${path}`, { headers: { authorization: `Bearer ${token}` } });

  async function refusal(token: string): Promise<string> {
    const response = await ask(token);
    expect(response.status).toBe(401);
    const challenge = response.headers.get('www-authenticate') ?? '';
    expect(challenge).toMatch(/^Bearer realm="ai-manager", error="invalid_token", error_description="/);
    const { detail } = (await response.json()) as { detail: string };
    expect(challenge).toContain(detail);
    return detail;
  }

  test('lets its person in, who is made with the mapped roles', async () => {
    const answer = await ask(await issuer.sign(ada));
    expect(await answer.json()).toMatchObject({
      tenant: 'default',
      keyName: null,
      user: { email: 'ada@example.com', name: 'Ada Example' },
      roles: ['executive'],
    });
    expect((await ask(await issuer.sign(ada), '/evaluations/runs')).status).toBe(200);
    expect((await ask(await issuer.sign(ada), '/users')).status).toBe(403);
  });

  test.each([5, {}, null, ''])('whose subject is %j is refused', async (sub) => {
    const token = await issuer.sign({ ...ada, sub } as never);
    expect(await refusal(token)).toMatch(/sub/);
  });

  test('may change something through MCP when its issuer granted the scope', async () => {
    const scopesOf = async (claims: object) => {
      const answer = await ask(await issuer.sign({ ...ada, ...claims }));
      return ((await answer.json()) as { scopes: string[] }).scopes;
    };
    expect(await scopesOf({ scope: 'openid mcp:write act-as' })).toEqual(['*', 'mcp:write']);
    expect(await scopesOf({ scp: ['mcp:write'] })).toEqual(['*', 'mcp:write']);
    for (const scope of ['openid', 'mcp:writer', { 'mcp:write': true }, null])
      expect(await scopesOf({ scope })).toEqual(['*']);
  });

  test.each(['ES256', 'EdDSA'] as const)('may be signed with %s', async (algorithm) => {
    const token = await second.sign(
      {
        sub: algorithm,
        client_id: 'client-1',
        org: 'acme',
        email: `${algorithm}@example.com`,
        email_verified: true,
      },
      algorithm,
    );
    expect(await (await ask(token)).json()).toMatchObject({ tenant: 'acme', roles: ['readonly'] });
  });

  test('gives a person new roles when the issuer does', async () => {
    const token = await issuer.sign({ ...ada, realm_access: { roles: ['makers'] } });
    expect(await (await ask(token)).json()).toMatchObject({ roles: ['builder'] });
    const { items } = await api.client.user.list({ search: 'ada@' });
    expect(items).toMatchObject([{ roles: ['builder'], issuers: [issuer.issuer] }]);
  });

  test('with alg none, or of a public key used as a secret, is refused', async () => {
    const claims = { iss: issuer.issuer, ...ada, exp: now() + 600 };
    const unsigned = `${encode({ alg: 'none' })}.${encode(claims)}.`;
    expect(await refusal(unsigned)).toMatch(/algorithm/);
    const pem = createPublicKey({ key: issuer.publicJwk('first') as never, format: 'jwk' });
    const secret = pem.export({ type: 'spki', format: 'pem' });
    const body = `${encode({ alg: 'HS256', kid: 'first' })}.${encode(claims)}`;
    const signature = createHmac('sha256', secret).update(body).digest('base64url');
    expect(await refusal(`${body}.${signature}`)).toMatch(/algorithm/);
  });

  test('signed with PS256, which is not among the allowed ones, is refused', async () => {
    await issuer.addKey('pss', 'PS256');
    expect(await refusal(await issuer.sign(ada, 'pss'))).toMatch(/algorithm/);
  });

  test.each<[string, () => JWTPayload, RegExp]>([
    ['that has expired', () => ({ exp: now() - 120 }), /expired/],
    ['that is not valid yet', () => ({ nbf: now() + 600 }), /not valid yet/],
    ['that was issued in the future', () => ({ iat: now() + 600, exp: now() + 1200 }), /future/],
    ['for another audience', () => ({ aud: 'somebody-else' }), /audience/],
    ['without an audience', () => ({ aud: undefined as never }), /aud/],
    ['of an unknown issuer', () => ({ iss: 'https://evil.example' }), /not trusted/],
    ['that names another issuer of ours', () => ({ iss: second.issuer }), /signature/],
    ['of nobody', () => ({ sub: undefined as never }), /sub/],
  ])('%s is refused and told why', async (_name, changed, why) => {
    expect(await refusal(await issuer.sign({ ...ada, ...changed() }))).toMatch(why);
  });

  test('is taken within the tolerance of clocks', async () => {
    expect((await ask(await issuer.sign({ ...ada, exp: now() - 5 }))).status).toBe(200);
    expect((await ask(await issuer.sign({ ...ada, nbf: now() + 10 }))).status).toBe(200);
  });

  test('whose body was changed is refused', async () => {
    const [head, , signature] = (await issuer.sign(ada)).split('.');
    const forged = { iss: issuer.issuer, ...ada, realm_access: { roles: ['managers'] }, exp: now() + 600 };
    expect(await refusal(`${head}.${encode(forged)}.${signature}`)).toMatch(/signature/);
  });

  test.each(['x.y.z', 'e30.e30.e30', 'not-a-token', `${'a'.repeat(9000)}.b.c`])(
    'that is invalid (%#) is refused',
    async (text) => {
      expect(await refusal(text)).toMatch(/JWT|not trusted/);
    },
  );

  test('without a verified e-mail address creates no user', async () => {
    const token = await issuer.sign({ ...ada, sub: 'mallory', email_verified: false });
    expect(await refusal(token)).toMatch(/not verified/);
  });

  test('without a role creates no user', async () => {
    const token = await issuer.sign({ ...ada, sub: 'new', email: 'new@example.com', realm_access: {} });
    expect(await refusal(token)).toMatch(/invited/);
  });

  test('belongs to the company its claim names, whatever the request says', async () => {
    const claims = { client_id: 'client-1', email: 'ada@example.com', email_verified: true };
    const token = await second.sign({ ...claims, sub: 'ada-of-acme', org: 'acme' });
    const asked = await ask(token, '/whoami?tenant=default');
    expect(asked.status).toBe(422);
    const [here, there] = await Promise.all([
      ask(token).then((answer) => answer.json()),
      ask(await issuer.sign(ada)).then((answer) => answer.json()),
    ]);
    expect(here).toMatchObject({ tenant: 'acme', user: { email: 'ada@example.com' } });
    expect(there).toMatchObject({ tenant: 'default', user: { email: 'ada@example.com' } });
    expect((here as { user: { userId: string } }).user.userId).not.toBe(
      (there as { user: { userId: string } }).user.userId,
    );
    for (const org of ['globex', 'unknown', undefined])
      expect(await refusal(await second.sign({ ...claims, sub: 'x', org }))).toMatch(/known company/);
  });

  test('of a user who was disabled here is refused at once', async () => {
    const claims = { ...ada, sub: 'leaver', email: 'leaver@example.com' };
    const token = await issuer.sign(claims);
    expect((await ask(token)).status).toBe(200);
    const { items } = await api.client.user.list({ search: 'leaver@' });
    await api.client.user.update({ userId: items[0]?.userId as string, status: 'disabled' });
    expect(await refusal(token)).toMatch(/disabled/);
  });

  test('that names no key is verified by each key that is published, and by a key that is none by nothing', async () => {
    const fresh = await startIssuer();
    await fresh.addKey('second');
    await fresh.addKey('broken', 'ES256');
    await fresh.addKey('hidden', 'RS256', true);
    const { createIssuers } = await import('./issuers.ts');
    const { parseTokenIssuers } = await import('../../../config/sign-in.ts');
    const settings = JSON.stringify([{ issuer: fresh.issuer, audience: AUDIENCE }]);
    const issuers = createIssuers(parseTokenIssuers(settings), () => new Date());
    for (const kid of ['first', 'second'])
      expect(await issuers.verify(await fresh.sign(ada, kid, false))).toMatchObject({
        claims: { sub: 'ada' },
      });
    const refusedAs = (token: string) =>
      issuers.verify(token).then(
        () => null,
        (error: Error) => error,
      );
    expect(await refusedAs(await fresh.sign(ada, 'hidden', false))).toMatchObject({
      code: 'UNAUTHENTICATED',
      message: 'The signature of the token is wrong.',
    });
    const broken = await fresh.sign(ada, 'broken');
    Object.assign(fresh.publicJwk('broken'), { x: 'AAAA' });
    const anew = createIssuers(parseTokenIssuers(settings), () => new Date());
    await expect(anew.verify(broken)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await fresh.stop();
  });

  test('of a flood with unknown keys makes the issuer be asked once, and a new key is found later', async ({
    onTestFinished,
  }) => {
    const fresh = await startIssuer();
    const { createIssuers } = await import('./issuers.ts');
    const settings = JSON.stringify([{ issuer: fresh.issuer, audience: AUDIENCE }]);
    const { parseTokenIssuers } = await import('../../../config/sign-in.ts');
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const issuers = createIssuers(parseTokenIssuers(settings), () => new Date());
    await issuers.verify(await fresh.sign(ada));
    expect(fresh.fetches).toBe(1);
    await fresh.addKey('hidden', 'RS256', true);
    const forged = await fresh.sign(ada, 'hidden');
    const flood = await Promise.allSettled(Array.from({ length: 50 }, () => issuers.verify(forged)));
    expect(flood.every(({ status }) => status === 'rejected')).toBe(true);
    expect(fresh.fetches).toBe(1);
    await fresh.addKey('second');
    const rotated = await fresh.sign(ada, 'second');
    await expect(issuers.verify(rotated)).rejects.toThrow();
    vi.setSystemTime(Date.now() + 60_000);
    await issuers.verify(rotated);
    fresh.removeKey('first');
    fresh.isDown = true;
    await expect(issuers.verify(rotated)).resolves.toMatchObject({ claims: { sub: 'ada' } });
    await fresh.stop();
  });

  test('of an issuer that does not answer is 503, and it is not called again for a while', async () => {
    const down = await startIssuer();
    down.isDown = true;
    const { createIssuers } = await import('./issuers.ts');
    const { parseTokenIssuers } = await import('../../../config/sign-in.ts');
    const issuers = createIssuers(
      parseTokenIssuers(JSON.stringify([{ issuer: down.issuer, audience: AUDIENCE }])),
      () => new Date(),
    );
    const token = await down.sign(ada);
    for (let n = 0; n < 5; n++)
      await expect(issuers.verify(token)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    await down.stop();
  });
});

test('the keys of our own tokens are public, and nothing else of them', async () => {
  const { createAccessTokens } = await import('./access-tokens.ts');
  const { jwks } = await createAccessTokens([Buffer.alloc(32, 1)], 'https://ai.example', () => new Date());
  const [key] = jwks.keys as JWK[];
  expect(Object.keys(key as JWK).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x']);
});
