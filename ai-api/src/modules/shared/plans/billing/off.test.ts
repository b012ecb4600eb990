import { expect, test } from 'vitest';
import { startApi } from '../../../../../test/api.ts';
import { businessDatabases } from '../../../../../test/databases.ts';
import { problem } from '../../../../../test/runs.ts';
import { DAY_MS } from '../../../../platform/durations.ts';

test('an installation without billing has everything, counts nothing and takes no payment', async () => {
  const [kind] = businessDatabases();
  const testDatabase = await kind.create();
  const api = await startApi(testDatabase);
  try {
    const { client } = api;
    expect(await client.companyPlan.get({})).toMatchObject({
      billing: 'off',
      plan: 'enterprise',
      subscription: 'none',
    });
    const { items } = await client.companyPlan.usage({});
    const states = Object.fromEntries(
      items.map(({ quota, used, limit, state }) => [quota, [used, limit, state]]),
    );
    expect(states).toEqual({
      conversations: [null, null, 'not counted'],
      searches: [null, null, 'not counted'],
      webhooks: [null, null, 'not counted'],
      members: [0, null, 'no limit'],
      storage: [0, null, 'no limit'],
      seats: [0, null, 'no limit'],
      models: [0, null, 'no limit'],
    });
    expect(await problem(client.billing.checkout({ plan: 'pro' }))).toEqual({
      status: 409,
      code: 'BILLING_OFF',
    });
    const endsAt = new Date(Date.now() + DAY_MS).toISOString();
    const agreed = client.planOverride.set({ plan: 'pro', endsAt, reason: 'There is nothing to agree on' });
    expect(await problem(agreed)).toEqual({ status: 409, code: 'BILLING_OFF' });
    expect((await fetch(`${api.url}/webhooks/stripe`, { method: 'POST', body: '{}' })).status).toBe(404);
    await client.conversation.search({ q: 'anything' });
    const rows = await api.context.database
      .system('the test reads what was counted')
      .selectFrom('plans.counters')
      .selectAll()
      .execute();
    expect(rows).toEqual([]);
  } finally {
    await api.stop();
    await testDatabase.remove();
  }
});
