import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  type BillingFixture,
  bodyOf,
  eventually,
  planOf,
  startBilling,
} from '../../../../../test/billing.ts';
import { businessDatabases } from '../../../../../test/databases.ts';
import { problem } from '../../../../../test/runs.ts';
import { STRIPE, type StripeEvent, type StripeFault } from '../../../../../test/stripe-recorder.ts';
import { ApiError } from '../../../../catalogue/client.ts';

describe.each(businessDatabases())('paying on $name', ({ create }) => {
  let billing: BillingFixture;

  beforeAll(async () => {
    billing = await startBilling(create);
  });
  afterEach(() => billing.reset());
  afterAll(() => billing.stop());

  const openOf = (customer: string) =>
    billing.stripe.sessions.filter((one) => one.customer === customer && one.status === 'open');
  /** Keys of the requests that came since, by what they ask for. */
  const keysSince = (count: number, what: string) =>
    billing.stripe.requests
      .slice(count)
      .filter((request) => request.what === what)
      .map(({ idempotencyKey }) => idempotencyKey);

  test('begins on a page of Stripe, and gives the plan once Stripe confirms it', async () => {
    const { stripe, post } = billing;
    const { client, tenantId } = await billing.newCompany();
    expect(await planOf(client)).toEqual({ plan: 'starter', subscription: 'none' });
    expect(await problem(client.billing.portal({}))).toEqual({ status: 409, code: 'CONFLICT' });
    const { url } = await client.billing.checkout({ plan: 'pro' });
    const session = stripe.sessions.at(-1);
    expect(session).toMatchObject({
      url,
      client_reference_id: tenantId,
      price: STRIPE.pro,
      metadata: { plan: 'pro' },
    });
    expect((await client.billing.checkout({ plan: 'pro' })).url).toBe(url);
    expect(await planOf(client)).toEqual({ plan: 'starter', subscription: 'none' });
    const [first, ...others] = stripe.complete(session?.id ?? '') as [StripeEvent, ...StripeEvent[]];
    expect(await bodyOf(await post(first))).toEqual({ status: 'queued' });
    expect(await bodyOf(await post(first))).toEqual({ status: 'duplicate' });
    for (const event of others) await post(event);
    await eventually(async () => {
      expect(await planOf(client)).toEqual({ plan: 'pro', subscription: 'active' });
    });
    expect(await client.tenant.get({})).toMatchObject({ tier: 'pro' });
    expect(await problem(client.billing.checkout({ plan: 'pro' }))).toEqual({
      status: 409,
      code: 'CONFLICT',
    });
    expect((await client.billing.portal({})).url).toMatch(/^https:\/\/billing\.example\.com\/cus_/);
    const { items } = await client.audit.list({ operationId: 'billing.sync' });
    expect(items).toHaveLength(1);
  });

  test('is refused for a plan without a price', async () => {
    const { client } = await billing.newCompany();
    expect(await problem(client.billing.checkout({ plan: 'enterprise' }))).toEqual({
      status: 409,
      code: 'CONFLICT',
    });
    const { items } = await client.companyPlan.compare({});
    expect(items.map(({ plan, canBuy }) => [plan, canBuy])).toEqual([
      ['starter', false],
      ['pro', true],
      ['enterprise', false],
    ]);
  });

  test('closes the open checkout for another plan', async () => {
    const { stripe } = billing;
    const { client, customer } = await billing.customer();
    const other = stripe.open({ customer, plan: 'enterprise', price: STRIPE.enterprise });
    const before = stripe.requests.length;
    const { url } = await client.billing.checkout({ plan: 'pro' });
    expect(keysSince(before, `POST /v1/checkout/sessions/${other.id}/expire`)).toHaveLength(1);
    expect(other).toMatchObject({ status: 'expired', url: null });
    expect(openOf(customer).map((one) => one.url)).toEqual([url]);
  });

  /** Has the other plan's checkout end while it is about to be closed. */
  async function checkoutWhile(end: (sessionId: string) => void) {
    const { stripe } = billing;
    const { client, customer } = await billing.customer();
    const other = stripe.open({ customer, plan: 'enterprise', price: STRIPE.pro });
    const before = stripe.requests.length;
    // The list of open checkouts still names it when it arrives.
    stripe.faults.push('none', 'slow');
    const started = client.billing.checkout({ plan: 'pro' }).then(
      ({ url }) => ({ url }),
      (thrown: unknown) => ({ code: thrown instanceof ApiError ? thrown.code : String(thrown) }),
    );
    await vi.waitFor(() => expect(keysSince(before, 'GET /v1/checkout/sessions')).toHaveLength(1));
    end(other.id);
    const outcome = await started;
    expect(keysSince(before, `POST /v1/checkout/sessions/${other.id}/expire`)).toHaveLength(1);
    return { client, customer, outcome };
  }

  test('is refused when another checkout is paid at the same time, so that nothing is paid twice', async () => {
    const { client, customer, outcome } = await checkoutWhile((id) => void billing.stripe.complete(id));
    expect(outcome).toEqual({ code: 'CONFLICT' });
    expect(openOf(customer)).toEqual([]);
    await client.billing.refresh({});
    expect(await planOf(client)).toEqual({ plan: 'pro', subscription: 'active' });
  });

  test('goes on when another checkout expires at the same time', async () => {
    const { stripe } = billing;
    const { customer, outcome } = await checkoutWhile((id) => {
      Object.assign(stripe.sessions.find((one) => one.id === id) ?? {}, { status: 'expired', url: null });
    });
    expect(openOf(customer)).toEqual([expect.objectContaining(outcome)]);
  });

  test('leaves one checkout open of two that are started at once', async () => {
    const { stripe } = billing;
    const { client, customer } = await billing.customer();
    // Both read that no checkout is open before either makes one.
    stripe.faults.push('slow', 'slow', 'slow', 'slow');
    const before = stripe.sessions.length;
    const urls = await Promise.all(
      [1, 2].map(() => client.billing.checkout({ plan: 'pro' }).then(({ url }) => url)),
    );
    expect(stripe.sessions.slice(before).map(({ status }) => status)).toEqual(['expired', 'open']);
    expect(urls).toContain(openOf(customer)[0]?.url);
  });

  test('makes one customer, however many ask at once', async () => {
    const { stripe } = billing;
    const { client } = await billing.newCompany();
    const [customers, before] = [stripe.customers.length, stripe.requests.length];
    stripe.faults.push('slow');
    await Promise.all([1, 2, 3].map(() => client.billing.checkout({ plan: 'pro' })));
    expect(stripe.customers.length).toBe(customers + 1);
    expect(new Set(keysSince(before, 'POST /v1/customers')).size).toBe(1);
    expect(openOf(stripe.customers.at(-1) ?? '')).toHaveLength(1);
  });

  test('repeats a request whose answer was lost with the same key, and makes nothing twice', async () => {
    const { stripe } = billing;
    const { client } = await billing.newCompany();
    const [customers, sessions, before] = [
      stripe.customers.length,
      stripe.sessions.length,
      stripe.requests.length,
    ];
    // Making the customer and making the checkout each lose their first answer; the two requests between them do not.
    stripe.faults.push('break', 'none', 'none', 'none', 'break');
    await client.billing.checkout({ plan: 'pro' });
    for (const what of ['POST /v1/customers', 'POST /v1/checkout/sessions']) {
      const [first, second, ...others] = keysSince(before, what);
      expect(first, what).toMatch(/^(customer|checkout)-/);
      expect([second, others], what).toEqual([first, []]);
    }
    expect([stripe.customers.length, stripe.sessions.length]).toEqual([customers + 1, sessions + 1]);
  });

  test('waits for a slow answer', async () => {
    const { client } = await billing.newCompany();
    billing.stripe.faults.push('slow', 'slow');
    expect((await client.billing.checkout({ plan: 'pro' })).url).toMatch(/^https:/);
  });

  const faults: readonly StripeFault[] = ['hang', 'html', 'another form', { status: 429 }, { status: 500 }];
  test.each(faults)(
    'says that Stripe cannot be reached when it answers %j, and changes nothing',
    async (fault) => {
      const { stripe } = billing;
      const { client } = await billing.newCompany();
      const before = stripe.requests.length;
      stripe.faults.push(...Array<StripeFault>(12).fill(fault));
      expect(await problem(client.billing.checkout({ plan: 'pro' }))).toEqual({
        status: 503,
        code: 'BILLING_UNAVAILABLE',
      });
      expect(stripe.requests.length - before).toBeLessThanOrEqual(3);
      stripe.faults.length = 0;
      expect(await planOf(client)).toEqual({ plan: 'starter', subscription: 'none' });
      expect((await client.billing.checkout({ plan: 'pro' })).url).toMatch(/^https:/);
    },
    20_000,
  );

  test('does not repeat what Stripe refuses, and says that the operator finds the reason', async () => {
    const { stripe } = billing;
    const { client } = await billing.customer();
    const before = stripe.requests.length;
    stripe.faults.push('none', 'none', { status: 400 });
    const refused = await client.billing.checkout({ plan: 'pro' }).catch((error: unknown) => error);
    if (!(refused instanceof ApiError)) throw new Error('It was not refused', { cause: refused });
    expect(refused.document).toMatchObject({
      status: 503,
      code: 'BILLING_UNAVAILABLE',
      title: 'The payment provider did not carry this out',
      detail: expect.stringContaining('Stripe refused the request'),
    });
    expect(keysSince(before, 'POST /v1/checkout/sessions')).toHaveLength(1);
    expect(await planOf(client)).toEqual({ plan: 'starter', subscription: 'none' });
  });
});
