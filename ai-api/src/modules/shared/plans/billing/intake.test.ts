import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  type BillingFixture,
  bodyOf,
  eventually,
  planOf,
  startBilling,
} from '../../../../../test/billing.ts';
import { businessDatabases } from '../../../../../test/databases.ts';
import { STRIPE, type StripeRecorder } from '../../../../../test/stripe-recorder.ts';

describe.each(businessDatabases())('a webhook of Stripe on $name', ({ create }) => {
  let billing: BillingFixture;

  beforeAll(async () => {
    billing = await startBilling(create);
  });
  afterEach(() => billing.reset());
  afterAll(() => billing.stop());

  const anything = () => billing.stripe.event('invoice.paid', { object: 'invoice', customer: 'cus_unknown' });
  const send = (request: RequestInit) => fetch(`${billing.api.url}/webhooks/stripe`, request);

  test('is refused without a right signature, and with one that is older than five minutes', async () => {
    const status = async (given: Parameters<StripeRecorder['sign']>[1]) =>
      (await billing.post(anything(), given)).status;
    expect(await status({ secret: 'whsec_another' })).toBe(401);
    expect(await status({ at: new Date(Date.now() - 301_000) })).toBe(401);
    expect(await status({ at: new Date(Date.now() - 290_000) })).toBe(200);
    const unsigned = await send({ method: 'POST', body: '{}' });
    expect(unsigned.status).toBe(401);
    const signed = billing.stripe.sign(anything());
    const changed = { ...signed, body: signed.body.replace('cus_unknown', 'cus_another') };
    expect((await send(changed)).status).toBe(401);
  });

  test('takes one of several signatures, as while the secret is rotated', async () => {
    const event = anything();
    const [old, current] = [
      billing.stripe.sign(event, { secret: 'whsec_beforeTheRotation' }),
      billing.stripe.sign(event),
    ];
    const header = (signed: RequestInit) =>
      (signed.headers as Record<string, string>)['stripe-signature'] ?? '';
    const both = `${header(current)},${header(old).split(',').at(1)}`;
    const sent = { ...current, headers: { 'stripe-signature': both } };
    expect((await send(sent)).status).toBe(200);
  });

  test('about a customer of others, or nothing that concerns plans, is ignored', async () => {
    expect(await bodyOf(await billing.post(anything()))).toEqual({ status: 'ignored' });
    expect(
      await bodyOf(await billing.post(billing.stripe.event('payout.paid', { object: 'payout' }))),
    ).toEqual({
      status: 'ignored',
    });
  });

  test('of a checkout with a customer of others binds nothing, whatever company it names', async () => {
    const { client, tenantId } = await billing.newCompany();
    const { customer } = billing.stripe.subscribe(`cus_of_${tenantId.slice(-6)}`, STRIPE.pro);
    const session = { object: 'checkout.session', customer, client_reference_id: tenantId };
    expect(
      await bodyOf(await billing.post(billing.stripe.event('checkout.session.completed', session))),
    ).toEqual({
      status: 'ignored',
    });
    expect((await planOf(client)).plan).toBe('starter');
  });

  test('is answered while Stripe is away, and what it is about is read later', async () => {
    const { client, subscription } = await billing.subscribedQuietly();
    subscription.status = 'canceled';
    billing.stripe.faults.push({ status: 500 }, { status: 429 }, { status: 500 });
    const event = billing.stripe.event('customer.subscription.deleted', subscription);
    expect(await bodyOf(await billing.post(event))).toEqual({ status: 'queued' });
    await eventually(
      async () => expect(await planOf(client)).toEqual({ plan: 'starter', subscription: 'canceled' }),
      30_000,
    );
  }, 40_000);
});
