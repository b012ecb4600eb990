import { v7 as uuidv7 } from 'uuid';
import { PLANS, type Plan } from '../../../../contract/plans.ts';
import type { RequestContext } from '../../../../http/caller.ts';
import { Problem } from '../../../../http/problem.ts';
import type { Dashboards } from '../../../../platform/dashboards.ts';
import type { Database } from '../../../../platform/database/index.ts';
import { type Actor, actorOf, record } from '../../audit/index.ts';
import { changeCompany, findCompany } from '../store.ts';
import type { Terms } from '../terms.ts';
import { isRunning } from './choose.ts';
import { billingProblem } from './failed.ts';
import type { CheckoutSession, StripeGateway } from './stripe.ts';
import type { Sync } from './sync.ts';

/** Times that a company is read again because it was changed in the meantime. */
const MAX_READINGS = 5;

interface Parts {
  database: Database;
  terms: Terms;
  /** Null where billing is off. */
  stripe: StripeGateway | null;
  sync: Sync | null;
  /** The price that a plan is sold at; undefined for a plan that is agreed in person. */
  priceOf: (plan: Plan) => string | undefined;
  dashboards: Dashboards;
  publicUrl: string;
  now: () => Date;
}

export type Billing = ReturnType<typeof createBilling>;

/** Subscribing and paying, on pages of Stripe. */
export function createBilling({ database, terms, stripe, sync, priceOf, dashboards, publicUrl, now }: Parts) {
  const returnUrl = () => dashboards.link('plan-and-usage', {}) ?? `${publicUrl.replace(/\/+$/, '')}/docs`;

  function connected(): { stripe: StripeGateway; sync: Sync } {
    if (stripe && sync) return { stripe, sync };
    throw new Problem('BILLING_OFF', 'BILLING is off: every company has everything, and nothing is paid.');
  }

  /** The customer of the company, made at its first checkout. */
  async function customerOf(tenantId: string, name: string): Promise<string> {
    const company = await database.withTenant(tenantId, terms.companyOf);
    if (company.customer_id !== null) return company.customer_id;
    const customer = await connected().stripe.createCustomer({ tenantId, name });
    for (let reading = 0; reading < MAX_READINGS; reading++) {
      const known = await database.withTenant(tenantId, async (transaction) => {
        const seen = await terms.companyOf(transaction);
        if (seen.customer_id !== null) return seen.customer_id;
        const isKept = await changeCompany(transaction, seen.version, { customer_id: customer }, now());
        return isKept ? customer : null;
      });
      if (known !== null) return known;
    }
    throw new Problem('CONFLICT', 'The company is being changed. Try again.');
  }

  /** Closes checkouts. @throws {Problem} CONFLICT when one has been paid in the meantime */
  async function close(sessions: readonly CheckoutSession[]): Promise<void> {
    for (const { id } of sessions)
      if (!(await connected().stripe.expireCheckout(id)))
        throw new Problem('CONFLICT', 'A checkout of the company has just been completed. Reload the plan.');
  }

  /** The newest open checkout for the plan; every other one is closed, so that no plan is paid beside another. */
  async function openCheckout(customer: string, plan: Plan): Promise<CheckoutSession | undefined> {
    const open = newestFirst(await connected().stripe.openCheckouts(customer));
    const same = open.find(({ metadata, url }) => metadata?.plan === plan && url !== null);
    await close(open.filter(({ id }) => id !== same?.id));
    return same;
  }

  /**
   * The newest open checkout, after one was made: of several that were started at once it is left open alone.
   * @throws {Problem} CONFLICT when it is for another plan, or none is open any more
   */
  async function settledCheckout(customer: string, plan: Plan): Promise<CheckoutSession> {
    const [newest, ...others] = newestFirst(await connected().stripe.openCheckouts(customer));
    await close(others);
    if (newest?.metadata?.plan === plan) return newest;
    throw new Problem('CONFLICT', 'The checkout was closed in the meantime. Try again.');
  }

  async function checkout(request: RequestContext, plan: Plan) {
    const { tenantId, tenantName } = request.caller;
    const { stripe, sync } = connected();
    const price = priceOf(plan);
    if (price === undefined)
      throw new Problem('CONFLICT', `${PLANS[plan].name} is agreed with the operator of this installation.`);
    const customer = await customerOf(tenantId, tenantName);
    await sync(tenantId);
    const company = await database.withTenant(tenantId, findCompany);
    if (company && isRunning(company.status))
      throw new Problem('CONFLICT', 'The company has a subscription. Change it in the portal.');
    const idempotencyKey = `checkout-${uuidv7()}`;
    const order = { tenantId, customer, price, plan, returnUrl: returnUrl(), idempotencyKey };
    let session = await openCheckout(customer, plan);
    if (!session) {
      await stripe.createCheckout(order);
      session = await settledCheckout(customer, plan);
    }
    if (session.url === null)
      throw new Problem('CONFLICT', 'The checkout was closed in the meantime. Try again.');
    await note(actorOf(request), { plan, checkout: session.id });
    return { url: session.url, expiresAt: new Date(session.expires_at * 1000).toISOString() };
  }

  async function portal(request: RequestContext) {
    const { stripe } = connected();
    const company = await database.withTenant(request.caller.tenantId, findCompany);
    if (!company?.customer_id)
      throw new Problem('CONFLICT', 'There is nothing to manage yet: start with a checkout.');
    const url = await stripe.portal(company.customer_id, returnUrl());
    await note(actorOf(request), { portal: 'opened' });
    return { url };
  }

  function note(actor: Actor, content: object): Promise<number> {
    return database.withTenant(actor.tenantId, (transaction) =>
      record(transaction, actor, { subject: 'plan:billing', details: [{ about: [], content }] }),
    );
  }

  const saying = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      throw billingProblem(error);
    });

  return {
    /** @throws {Problem} BILLING_OFF, BILLING_UNAVAILABLE, CONFLICT */
    checkout: (request: RequestContext, plan: Plan) => saying(checkout(request, plan)),

    /** @throws {Problem} BILLING_OFF, BILLING_UNAVAILABLE, CONFLICT without a customer */
    portal: (request: RequestContext) => saying(portal(request)),

    /** @throws {Problem} BILLING_OFF, BILLING_UNAVAILABLE */
    refresh: async (tenantId: string) => {
      await saying(connected().sync(tenantId));
      return database.withTenant(tenantId, async (transaction) => {
        const { plan } = await terms.entitlementsOf(transaction);
        const company = await terms.companyOf(transaction);
        return { plan, subscription: company.status };
      });
    },
  };
}

/** In an order that is the same for everyone who reads them. */
function newestFirst(sessions: readonly CheckoutSession[]): CheckoutSession[] {
  return sessions.toSorted((a, b) => b.created - a.created || (a.id < b.id ? 1 : -1));
}
