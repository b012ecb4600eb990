import { expect, vi } from 'vitest';
import { type Client, createClient } from '../src/catalogue/client.ts';
import { resources } from '../src/catalogue/index.ts';
import { startApi, type TestApi } from './api.ts';
import { type MovableClock, movableClock } from './clock.ts';
import type { TestDatabase } from './databases.ts';
import {
  type RecordedSubscription,
  type StripeEvent,
  type StripeRecorder,
  startStripeRecorder,
} from './stripe-recorder.ts';

export const GRACE_DAYS = 14;

export type BillingFixture = Awaited<ReturnType<typeof startBilling>>;

export interface Company {
  tenantId: string;
  client: Client;
}

/** Waits until what happens in the background has happened. */
export const eventually = (look: () => Promise<void>, timeout = 10_000) =>
  vi.waitFor(look, { timeout, interval: 50 });

/** The plan of a company with the state of its subscription. */
export async function planOf(client: Client) {
  const { plan, subscription } = await client.companyPlan.get({});
  return { plan, subscription };
}

/** The status of a response with the fields of its body. */
export const bodyOf = async (response: Response) => ({
  status: response.status,
  ...((await response.json()) as object),
});

/**
 * An API whose companies pay, a recorder of Stripe, and a clock that tests move.
 * @param more environment beside what billing needs
 */
export async function startBilling(create: () => Promise<TestDatabase>, more: Record<string, string> = {}) {
  const testDatabase = await create();
  const stripe = await startStripeRecorder();
  const clock = movableClock();
  const env = {
    ...stripe.env,
    BILLING_GRACE_DAYS: String(GRACE_DAYS),
    DASHBOARDS_URL: 'https://tools.example.com',
    ...more,
  };
  const api = await startApi(testDatabase, env, { clock });
  return { api, stripe, clock, ...companiesOf(api, stripe), ...endOf({ api, stripe, clock, testDatabase }) };
}

function companiesOf(api: TestApi, stripe: StripeRecorder) {
  let companies = 0;

  /** A company of its own with an administrator's key. */
  async function newCompany(): Promise<Company> {
    const number = String(++companies).padStart(4, '0');
    const tenantId = await api.context.identity.ensureTenant(`company-${number}`);
    const apiKey = `aim_pay0${number}_${'0123456789abcdef'.repeat(3)}`;
    await api.context.identity.ensureKey(tenantId, `key-${number}`, apiKey, ['admin'], ['*', 'decide']);
    return { tenantId, client: createClient(resources, { baseUrl: api.url, apiKey }) };
  }

  const post = (event: object, given?: Parameters<StripeRecorder['sign']>[1]) =>
    fetch(`${api.url}/webhooks/stripe`, stripe.sign(event, given));

  /** Starts a checkout for Pro and pays it; answers the events that Stripe sends. */
  async function pay({ client }: Company): Promise<StripeEvent[]> {
    const { url } = await client.billing.checkout({ plan: 'pro' });
    return stripe.complete(url.split('/').at(-1) ?? '');
  }

  const newest = () => stripe.subscriptions.at(-1) as RecordedSubscription;

  return {
    newCompany,
    post,

    /** A company whose customer at Stripe is known, without an open checkout. */
    customer: async () => {
      const company = await newCompany();
      await company.client.billing.checkout({ plan: 'pro' });
      const session = stripe.sessions.at(-1);
      Object.assign(session ?? {}, { status: 'expired', url: null });
      return { ...company, customer: session?.customer ?? '' };
    },

    /** A company that subscribed to Pro, as the events of Stripe reported. */
    subscribed: async () => {
      const company = await newCompany();
      for (const event of await pay(company)) expect((await post(event)).status).toBe(200);
      await eventually(async () => {
        expect(await planOf(company.client)).toEqual({ plan: 'pro', subscription: 'active' });
      });
      return { ...company, subscription: newest() };
    },

    /** The same, as it is read at Stripe without an event. */
    subscribedQuietly: async () => {
      const company = await newCompany();
      await pay(company);
      await company.client.billing.refresh({});
      return { ...company, subscription: newest() };
    },
  };
}

function endOf(started: {
  api: TestApi;
  stripe: StripeRecorder;
  clock: MovableClock;
  testDatabase: TestDatabase;
}) {
  const { api, stripe, clock, testDatabase } = started;
  return {
    /** After each test: no faults and no time ahead are left for the next one. */
    reset: (): void => {
      stripe.faults.length = 0;
      clock.setAhead(0);
    },
    stop: async (): Promise<void> => {
      await api.stop();
      await stripe.close();
      await testDatabase.remove();
    },
  };
}
