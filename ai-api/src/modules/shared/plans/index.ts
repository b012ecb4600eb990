import type { RequestHandler } from 'express';
import { Router } from 'express';
import type { Logger } from 'pino';
import type { Config } from '../../../config/index.ts';
import type { Plan } from '../../../contract/plans.ts';
import type { RequestPolicies } from '../../../http/request-policies.ts';
import { type Served, serve } from '../../../http/router.ts';
import type { Ledger } from '../../../models/ledger/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Dashboards } from '../../../platform/dashboards.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import type { Events } from '../events/index.ts';
import type { Identity } from '../identity/index.ts';
import type { Notifications } from '../notifications/index.ts';
import { createBilling } from './billing/checkout.ts';
import { createStripeIntake, serveStripe } from './billing/intake.ts';
import { priceList } from './billing/prices.ts';
import { createSync } from './billing/sync.ts';
import { billing, companyPlan, planOverride } from './contract.ts';
import { createLimits } from './limits.ts';
import { createNotices } from './notices.ts';
import { createOverrides } from './overrides.ts';
import { createPlanReports } from './service.ts';
import { setBasePlan } from './store.ts';
import { createTerms } from './terms.ts';
import { createWatch } from './watch.ts';

export { personalData } from './personal-data.ts';

interface Needs {
  database: Database;
  jobs: Jobs;
  events: Events;
  identity: Identity;
  notifications: Notifications;
  ledger: Ledger;
  requestPolicies: RequestPolicies;
  dashboards: Dashboards;
  publicUrl: string;
  clock: Clock;
  log: Logger;
  config: Pick<
    Config,
    | 'BILLING'
    | 'BILLING_GRACE_DAYS'
    | 'STRIPE_SECRET_KEY'
    | 'STRIPE_WEBHOOK_SECRET'
    | 'STRIPE_PRICE_PRO'
    | 'STRIPE_PRICE_ENTERPRISE'
    | 'STRIPE_API_URL'
    | 'STRIPE_TIMEOUT_MS'
    | 'TENANT'
    | 'TENANT_TIER'
  >;
}

export type Plans = Awaited<ReturnType<typeof create>>;

/** Plans, what they limit, and how they are paid. Modules after it count and measure by what it offers. */
export async function create(needs: Needs) {
  const { database, identity, ledger, requestPolicies, dashboards, config, clock, log } = needs;
  const now = () => clock.now();
  const isOn = config.BILLING === 'stripe';
  const graceDays = config.BILLING_GRACE_DAYS;
  const prices = priceList(config);
  const shared = { ...needs, isOn, graceDays, now };
  const terms = createTerms(shared);
  const notices = createNotices(needs);
  const limits = createLimits({ isOn, entitlementsOf: terms.entitlementsOf, notices, dashboards, now });
  const isSold = (plan: Plan) => isOn && prices.priceOf(plan) !== undefined;
  const reports = createPlanReports({ ...shared, terms, limits, billing: config.BILLING, isSold });
  limits.measure('members', identity.countMembers);
  const stripe = await openStripe(config);
  const sync = stripe && createSync({ ...shared, terms, stripe, planOfPrice: prices.planOf });
  const watch = isOn
    ? createWatch({ ...shared, terms, reports, notices, tenantIds: identity.tenantIds })
    : null;
  if (isOn) enforce();

  /** Makes users, calls to models and requests subject to the plan. */
  function enforce(): void {
    identity.limitMembers((transaction, tenantId) => limits.requireRoom(transaction, tenantId, 'members', 1));
    ledger.limitMonth(async (transaction) => (await terms.entitlementsOf(transaction)).limits.models);
    requestPolicies.plans.use({
      requireFeature: ({ tenantId }, feature) =>
        database.withTenant(tenantId, (transaction) => limits.requireFeature(transaction, feature)),
      take: async ({ tenantId }, quota) => {
        const day = await database.withTenant(tenantId, (transaction) =>
          limits.take(transaction, tenantId, quota),
        );
        return () =>
          database
            .withTenant(tenantId, (transaction) => limits.giveBack(transaction, quota, day))
            .catch((err: unknown) =>
              log.warn({ err, tenantId, quota }, 'what a failed request took stays counted'),
            );
      },
    });
  }

  return {
    /** Whether plans limit anything here; otherwise nothing is counted. */
    isOn,
    /** Counts in the transaction that makes something; see {@link createLimits}. */
    take: limits.take,
    requireRoom: limits.requireRoom,
    measure: limits.measure,
    terms,
    reports,
    overrides: createOverrides({ ...shared, terms, operator: config.TENANT }),
    billing: createBilling({ ...shared, terms, stripe, sync, priceOf: prices.priceOf }),
    receive: stripe && createStripeIntake({ ...shared, stripe }),
    sync,
    watch,
    /** Gives the company that `TENANT` names the plan of `TENANT_TIER`; others have that of their own tier. */
    setBase: async (transaction: TenantTransaction, tenantId: string): Promise<void> => {
      if (!isOn) return;
      await setBasePlan(transaction, config.TENANT_TIER);
      await terms.apply(transaction, tenantId);
    },
  };
}

/** Loads Stripe's SDK only where it is used. */
async function openStripe(config: Needs['config']) {
  const { BILLING, STRIPE_SECRET_KEY: secretKey, STRIPE_WEBHOOK_SECRET: webhookSecret } = config;
  if (BILLING !== 'stripe' || !secretKey || !webhookSecret) return null;
  const { connectStripe } = await import('./billing/stripe.ts');
  const { STRIPE_API_URL: apiUrl, STRIPE_TIMEOUT_MS: timeoutMs } = config;
  return connectStripe({ secretKey, webhookSecret, apiUrl, timeoutMs });
}

/** What Stripe calls. */
export function routes({ receive }: Plans, anonymous: RequestHandler): Router {
  return receive ? serveStripe(receive, anonymous) : Router();
}

/** The operations of this module. */
export function operations({ reports, overrides, billing: payments }: Plans): Served[] {
  return [
    serve(companyPlan, {
      get: (_input, { caller }) => reports.get(caller.tenantId),
      usage: (_input, { caller }) => reports.usage(caller.tenantId),
      compare: (_input, { caller }) => reports.compare(caller.tenantId),
    }),
    serve(planOverride, {
      list: ({ company, ...page }, { caller }) => overrides.list(caller, company, page),
      set: (input, request) => overrides.set(request, input),
      end: ({ overrideId, company }, request) => overrides.end(request, overrideId, company),
    }),
    serve(billing, {
      checkout: ({ plan }, request) => payments.checkout(request, plan),
      portal: (_input, request) => payments.portal(request),
      refresh: (_input, { caller }) => payments.refresh(caller.tenantId),
    }),
  ];
}
