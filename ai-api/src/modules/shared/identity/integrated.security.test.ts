import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { startIssuer, type TestIssuer } from '../../../../test/issuer.ts';
import { refusal } from '../../../../test/people.ts';

describe.each(businessDatabases())('an installation that is part of a platform, on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let platform: TestIssuer;

  beforeAll(async () => {
    platform = await startIssuer();
    testDatabase = await create();
    api = await startApi(testDatabase, {
      DEPLOY_MODE: 'integrated',
      TOKEN_ISSUERS: JSON.stringify([
        {
          issuer: platform.issuer,
          audience: 'ai-manager',
          tenantClaim: 'company',
          tenants: 'any',
          rolesClaim: 'roles',
          roles: { owner: 'admin', member: 'readonly' },
        },
      ]),
    });
  });
  afterAll(async () => {
    await api?.stop();
    await platform?.stop();
    await testDatabase?.remove();
  });

  const ask = async (claims: object, path = '/whoami') => {
    const token = await platform.sign({
      sub: 'ada',
      aud: 'ai-manager',
      email: 'ada@example.com',
      email_verified: true,
      name: 'Ada',
      roles: ['owner'],
      ...claims,
    });
    const response = await fetch(api.url + path, { headers: { authorization: `Bearer ${token}` } });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  test('takes user, company and roles from the token; a company begins with its first person', async () => {
    const first = await ask({ company: 'Acme GmbH' });
    expect(first.body).toMatchObject({
      tenant: 'Acme GmbH',
      roles: ['admin'],
      user: { email: 'ada@example.com' },
    });
    const again = await ask({ company: 'Acme GmbH', roles: ['member'] });
    expect(again.body).toMatchObject({ tenantId: first.body.tenantId, roles: ['readonly'] });
    const other = await ask({ company: 'Globex' });
    expect(other.body).toMatchObject({ tenant: 'Globex' });
    expect(other.body.tenantId).not.toBe(first.body.tenantId);
    const { items: rules } = (await ask({ company: 'Globex' }, '/rules')).body as { items: unknown[] };
    expect(rules.length).toBeGreaterThan(0);
    const users = await ask({ company: 'Globex' }, '/users');
    expect(users.body).toMatchObject({ items: [{ email: 'ada@example.com' }] });
  });

  test.each([undefined, '', '   ', 7, ['a'], 'x'.repeat(101)])(
    'refuses a token that names the company %j',
    async (company) => {
      expect((await ask({ company })).status).toBe(401);
    },
  );

  test('begins no company for a person without a role', async () => {
    expect((await ask({ company: 'Initech', roles: ['guest'] })).status).toBe(401);
    expect(await api.context.identity.findTenantByName('Initech')).toBeUndefined();
  });

  test('has no sign-in and no invitations of its own', async () => {
    const { client } = api;
    const email = 'ben@example.com';
    const attempts = [
      () => client.auth.login({ email, password: 'a password of the tests', use: 'tokens' }),
      () => client.account.login({ email, password: 'a password of the tests' }),
      () => client.account.register({ email, name: 'Ben' }),
      () => client.invitation.send({ email, name: 'Ben', roles: ['readonly'] }),
      () => client.auth.acceptInvitation({ token: 'x', password: 'a password of the tests', use: 'tokens' }),
    ];
    for (const attempt of attempts)
      expect(await refusal(attempt())).toMatchObject({ code: 'SIGN_IN_REFUSED' });
    expect(await client.auth.providers({})).toEqual({ password: false, providers: [] });
  });
});
