import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type BillingFixture, eventually, planOf, startBilling } from '../../../../../test/billing.ts';
import { businessDatabases } from '../../../../../test/databases.ts';
import { type RecordedSubscription, STRIPE, type StripeEvent } from '../../../../../test/stripe-recorder.ts';

describe.each(businessDatabases())('a subscription on $name', ({ create }) => {
  let billing: BillingFixture;

  beforeAll(async () => {
    billing = await startBilling(create);
  });
  afterEach(() => billing.reset());
  afterAll(() => billing.stop());

  test('again after it was ended starts a new subscription, and the old one does not end it', async () => {
    const { client, subscription } = await billing.subscribed();
    subscription.status = 'canceled';
    await client.billing.refresh({});
    const { url } = await client.billing.checkout({ plan: 'pro' });
    const events = billing.stripe.complete(url.split('/').at(-1) ?? '');
    const late = billing.stripe.event('customer.subscription.deleted', subscription);
    for (const event of [...events, late]) await billing.post(event);
    await eventually(async () => {
      expect((await planOf(client)).plan).toBe('pro');
    });
  });

  test('by a price of an earlier year, or one that names its plan, counts; a price of another product does not', async () => {
    const planBy = async (price: string, metadata: Record<string, string> = {}) => {
      const { client, subscription } = await billing.subscribed();
      const [item] = subscription.items.data;
      Object.assign(item?.price ?? {}, { id: price, metadata });
      await client.billing.refresh({});
      return (await planOf(client)).plan;
    };
    expect(await planBy(STRIPE.oldPro)).toBe('pro');
    expect(await planBy('price_custom', { plan: 'enterprise' })).toBe('enterprise');
    expect(await planBy('price_ofOtherThings')).toBe('starter');
  });

  /** What happens at Stripe, one thing after another. */
  const happening = fc.constantFrom(
    'pay',
    'fail',
    'pause',
    'upgrade',
    'cancel',
    'subscribe again',
    'give up',
  );

  function happen(what: string, customer: string): StripeEvent {
    const own = billing.stripe.subscriptions.filter((one) => one.customer === customer);
    const current = own.at(-1) as RecordedSubscription;
    const updated = () => billing.stripe.event('customer.subscription.updated', current);
    const item = current.items.data[0];
    if (what === 'subscribe again') {
      if (current.status !== 'canceled') return updated();
      const made = billing.stripe.subscribe(customer, STRIPE.pro, { created: current.created + 1 });
      return billing.stripe.event('customer.subscription.created', made);
    }
    if (current.status === 'canceled') return billing.stripe.event('customer.subscription.deleted', current);
    if (what === 'pay') {
      current.status = 'active';
      return billing.stripe.event('invoice.paid', { object: 'invoice', customer });
    }
    if (what === 'fail') {
      current.status = 'past_due';
      return billing.stripe.event('invoice.payment_failed', { object: 'invoice', customer });
    }
    if (what === 'upgrade' && item)
      item.price = { ...item.price, metadata: { plan: 'enterprise' }, id: 'price_large' };
    if (what === 'pause') current.status = 'paused';
    if (what === 'give up') current.status = 'unpaid';
    if (what !== 'cancel') return updated();
    current.status = 'canceled';
    return billing.stripe.event('customer.subscription.deleted', current);
  }

  test('ends in the same state whatever order its events come in, and however often', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(happening, { minLength: 1, maxLength: 8 }),
        fc.array(fc.nat(), { minLength: 1, maxLength: 12 }),
        async (happenings, order) => {
          const { client, subscription, tenantId } = await billing.subscribedQuietly();
          const events = happenings.map((what) => happen(what, subscription.customer));
          // Any order, with repetitions, and each of them at least once.
          const sent = [...order.map((pick) => events[pick % events.length] as StripeEvent), ...events];
          for (const event of sent) await received(event);
          await Promise.all([1, 2, 3].map(() => billing.api.context.plans.sync?.(tenantId)));
          const reached = await client.companyPlan.get({});
          await client.billing.refresh({});
          expect(await client.companyPlan.get({})).toEqual(reached);
          expect(reached.subscription).toBe(
            billing.stripe.subscriptions.findLast(({ customer }) => customer === subscription.customer)
              ?.status,
          );
        },
      ),
      { numRuns: 15 },
    );
  }, 120_000);

  /** Takes an event as the route does, and reads again as its job does, without waiting for the queue. */
  async function received(event: StripeEvent): Promise<void> {
    const { body, headers } = billing.stripe.sign(event);
    const signature = (headers as Record<string, string>)['stripe-signature'] ?? '';
    await billing.api.context.plans.receive?.(Buffer.from(body), signature);
  }

  test('of two readings at once never stores the older one', async () => {
    const { client, subscription, tenantId } = await billing.subscribedQuietly();
    // The first reading is on its way, with what Stripe answered before, while the second one overtakes it.
    const { requests, faults } = billing.stripe;
    const before = requests.length;
    faults.push('slow');
    const first = billing.api.context.plans.sync?.(tenantId);
    await vi.waitFor(() => expect(requests).toHaveLength(before + 1));
    subscription.status = 'canceled';
    await billing.api.context.plans.sync?.(tenantId);
    await first;
    expect(await planOf(client)).toEqual({ plan: 'starter', subscription: 'canceled' });
  });
});
