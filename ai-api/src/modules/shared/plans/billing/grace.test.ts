import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  type BillingFixture,
  eventually,
  GRACE_DAYS,
  planOf,
  startBilling,
} from '../../../../../test/billing.ts';
import { businessDatabases } from '../../../../../test/databases.ts';
import { problem } from '../../../../../test/runs.ts';
import { DAY_MS } from '../../../../platform/durations.ts';

const seconds = (ms: number) => Math.floor(ms / 1000);

describe.each(businessDatabases())('a payment on $name', ({ create }) => {
  let billing: BillingFixture;

  beforeAll(async () => {
    billing = await startBilling(create);
  });
  afterEach(() => billing.reset());
  afterAll(() => billing.stop());

  test('that fails keeps the plan for some days, and ends it to the moment', async () => {
    const { client, tenantId, subscription } = await billing.subscribed();
    const failedAt = Date.now();
    Object.assign(subscription, {
      status: 'past_due',
      latest_invoice: { ...subscription.latest_invoice, created: seconds(failedAt) },
    });
    await billing.post(
      billing.stripe.event('invoice.payment_failed', { object: 'invoice', customer: subscription.customer }),
    );
    await eventually(async () =>
      expect(await planOf(client)).toEqual({ plan: 'pro', subscription: 'past_due' }),
    );
    const graceEndsAt = new Date(seconds(failedAt) * 1000 + GRACE_DAYS * DAY_MS);
    expect((await client.companyPlan.get({})).graceEndsAt).toBe(graceEndsAt.toISOString());
    billing.clock.setAhead(graceEndsAt.getTime() - Date.now() - 60_000);
    expect((await planOf(client)).plan).toBe('pro');
    billing.clock.setAhead(graceEndsAt.getTime() - Date.now() + 1_000);
    expect((await planOf(client)).plan).toBe('starter');
    await billing.api.context.plans.watch?.look(tenantId);
    expect(await client.tenant.get({})).toMatchObject({ tier: 'starter' });
    subscription.status = 'active';
    await client.billing.refresh({});
    expect(await planOf(client)).toEqual({ plan: 'pro', subscription: 'active' });
  });

  test('that stays unpaid has the days of grace once, and a later debt has its own', async () => {
    const { client, subscription } = await billing.subscribed();
    const now = seconds(Date.now());
    const graceAfter = async (status: string, invoicedAt: number) => {
      const latest_invoice = { ...subscription.latest_invoice, created: invoicedAt };
      Object.assign(subscription, { status, latest_invoice });
      await client.billing.refresh({});
      return (await client.companyPlan.get({})).graceEndsAt;
    };
    const endAfter = (from: number) => new Date(from * 1000 + GRACE_DAYS * DAY_MS).toISOString();
    expect(await graceAfter('past_due', now - 600)).toBe(endAfter(now - 600));
    expect(await graceAfter('past_due', now)).toBe(endAfter(now - 600));
    expect(await graceAfter('active', now)).toBeNull();
    expect(await graceAfter('past_due', now + 60)).toBe(endAfter(now + 60));
  });

  test('for a smaller plan keeps what is there and refuses more', async () => {
    const { client, subscription } = await billing.subscribed();
    for (const index of [1, 2, 3, 4, 5, 6])
      await client.user.create({
        email: `${subscription.id}-${index}@example.com`,
        name: 'A person',
        roles: ['admin'],
      });
    subscription.status = 'canceled';
    await client.billing.refresh({});
    const { items } = await client.user.list({});
    expect(items).toHaveLength(6);
    const more = client.user.create({
      email: `${subscription.id}-7@example.com`,
      name: 'More',
      roles: ['admin'],
    });
    expect(await problem(more)).toEqual({ status: 402, code: 'PLAN_LIMIT_REACHED' });
    await client.user.update({ userId: items[0]?.userId ?? '', status: 'disabled' });
    await client.user.update({ userId: items[1]?.userId ?? '', status: 'disabled' });
    const again = client.user.update({ userId: items[0]?.userId ?? '', status: 'active' });
    expect((await again).status).toBe('active');
    expect(
      await problem(client.user.update({ userId: items[1]?.userId ?? '', status: 'active' })),
    ).toMatchObject({
      status: 402,
    });
  });
});
