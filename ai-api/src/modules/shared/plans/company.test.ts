import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { planOf } from '../../../../test/billing.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { startIssuer, type TestIssuer } from '../../../../test/issuer.ts';
import { type StripeRecorder, startStripeRecorder } from '../../../../test/stripe-recorder.ts';

const AUDIENCE = 'ai-manager-tests';
const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();

describe.each(businessDatabases())('the company that the configuration names, on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let stripe: StripeRecorder;
  let issuer: TestIssuer;
  let api: TestApi;

  beforeAll(async () => {
    [stripe, issuer] = await Promise.all([startStripeRecorder(), startIssuer()]);
  });
  beforeEach(async () => {
    testDatabase = await create();
  });
  afterEach(async () => {
    await api.stop();
    await testDatabase.remove();
  });
  afterAll(() => Promise.all([stripe.close(), issuer.stop()]));

  async function start(tier: string): Promise<TestApi> {
    const issuers = [{ issuer: issuer.issuer, audience: AUDIENCE, defaultRoles: ['readonly'] }];
    api = await startApi(testDatabase, {
      ...stripe.env,
      TENANT_TIER: tier,
      TOKEN_ISSUERS: JSON.stringify(issuers),
    });
    return api;
  }

  const changes = () =>
    api.context.database
      .system('the test reads what was published')
      .selectFrom('events.outbox')
      .select('data')
      .where('type', '=', 'company.plan.changed')
      .orderBy('id')
      .execute();

  test('begins with the plan of its setting, and nothing reports that as a change', async () => {
    const { client } = await start('pro');
    expect(await planOf(client)).toEqual({ plan: 'pro', subscription: 'none' });
    expect(await client.tenant.get({})).toMatchObject({ tier: 'pro' });
    expect(await changes()).toEqual([]);
  });

  test('keeps the plan that it subscribed to when the API starts again', async () => {
    const before = await start('starter');
    const { url } = await before.client.billing.checkout({ plan: 'pro' });
    stripe.complete(url.split('/').at(-1) ?? '');
    await before.client.billing.refresh({});
    await before.stop();
    const { client } = await start('starter');
    expect(await client.tenant.get({})).toMatchObject({ tier: 'pro' });
    expect(await planOf(client)).toEqual({ plan: 'pro', subscription: 'active' });
    expect(await changes()).toMatchObject([{ data: { plan: 'pro', before: 'starter' } }]);
  });

  test('has room for people of a sign-in provider up to its members, and lets in whom it knows', async () => {
    const { url, client } = await start('starter');
    const arrive = async (name: string) => {
      const claims = { sub: name, aud: AUDIENCE, email: `${name}@example.com`, email_verified: true };
      const authorization = `Bearer ${await issuer.sign(claims)}`;
      const response = await fetch(`${url}/whoami`, { headers: { authorization } });
      const { code } = (await response.json()) as { code?: string };
      return code ?? response.status;
    };
    const limit = { quota: 'members', endsAt: inAnHour(), reason: 'Agreed for the test' } as const;
    await client.planOverride.set({ ...limit, allowed: 1 });
    expect([await arrive('ada'), await arrive('grace')]).toEqual([200, 'PLAN_LIMIT_REACHED']);
    expect(await arrive('ada')).toBe(200);
    await client.planOverride.set({ ...limit, allowed: 2 });
    expect(await arrive('grace')).toBe(200);
  });
});
