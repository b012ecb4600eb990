import { ConsecutiveBreaker, circuitBreaker, handleWhen } from 'cockatiel';
import Stripe from 'stripe';
import { z } from 'zod';
import { type Plan, SUBSCRIPTION_STATUSES } from '../../../../contract/plans.ts';
import { Problem } from '../../../../http/problem.ts';
import { StripeFailed } from './failed.ts';

export interface StripeSettings {
  secretKey: string;
  webhookSecret: string;
  /** Root of Stripe's API, or of a server that speaks it. */
  apiUrl: string;
  timeoutMs: number;
}

/** A subscription as Stripe has it now. */
const subscription = z.object({
  id: z.string(),
  status: z.enum(SUBSCRIPTION_STATUSES).exclude(['none']),
  created: z.number().int(),
  cancel_at_period_end: z.boolean(),
  cancel_at: z.number().int().nullish(),
  trial_end: z.number().int().nullish(),
  latest_invoice: z
    .union([z.object({ created: z.number().int(), due_date: z.number().int().nullish() }), z.string()])
    .nullish(),
  items: z.object({
    data: z.array(
      z.object({
        current_period_end: z.number().int(),
        price: z.object({ id: z.string(), metadata: z.record(z.string(), z.string()).nullish() }),
      }),
    ),
  }),
});
export type StripeSubscription = z.output<typeof subscription>;

const listed = z.object({ data: z.array(z.unknown()), has_more: z.boolean() });
const session = z.object({
  id: z.string(),
  created: z.number().int(),
  status: z.enum(['open', 'complete', 'expired']).nullish(),
  url: z.url().nullable(),
  expires_at: z.number().int(),
  metadata: z.record(z.string(), z.string()).nullish(),
});
export type CheckoutSession = z.output<typeof session>;

/** Seconds by which the time of a signature may differ from ours. */
const TOLERANCE_SECONDS = 300;
const RETRIES = 2;
/** Failures in a row after which Stripe is not asked for half a minute. */
const BREAKER = { failures: 5, resetMs: 30_000 };
/** Subscriptions of one customer that are looked at; more than one is rare. */
const MAX_SUBSCRIPTIONS = 100;

export type StripeGateway = ReturnType<typeof connectStripe>;

/** Stripe by its SDK: each call with a time limit, bounded retries with one idempotency key, and a circuit breaker. */
export function connectStripe({ secretKey, webhookSecret, apiUrl, timeoutMs }: StripeSettings) {
  const { protocol, hostname, port } = new URL(apiUrl);
  const isPlain = protocol === 'http:';
  const stripe = new Stripe(secretKey, {
    host: hostname,
    port: port === '' ? (isPlain ? 80 : 443) : Number(port),
    protocol: isPlain ? 'http' : 'https',
    timeout: timeoutMs,
    maxNetworkRetries: RETRIES,
    telemetry: false,
    // Its time limit holds for the whole response, and nothing is followed elsewhere.
    httpClient: Stripe.createFetchHttpClient((url: Parameters<typeof fetch>[0], init?: RequestInit) =>
      fetch(url, { ...init, redirect: 'error' }),
    ),
  });
  const breaker = circuitBreaker(
    handleWhen((error) => error instanceof StripeFailed && error.retryable),
    { halfOpenAfter: BREAKER.resetMs, breaker: new ConsecutiveBreaker(BREAKER.failures) },
  );

  async function call<T>(what: string, schema: z.ZodType<T>, run: () => Promise<unknown>): Promise<T> {
    return breaker
      .execute(async () => {
        const answer = await run().catch((error: unknown) => {
          throw failureOf(what, error);
        });
        const parsed = schema.safeParse(answer);
        if (parsed.success) return parsed.data;
        const place = parsed.error.issues[0]?.path.map(String).join('.') ?? '';
        throw new StripeFailed(`Stripe answered ${what} in another form at "${place}".`, true);
      })
      .catch((error: unknown) => {
        if (error instanceof StripeFailed) throw error;
        throw new StripeFailed('Stripe failed several times and is not called for a while.', true, error);
      });
  }

  return {
    /** Makes the customer of a company; repeated within a day, it is the same one. */
    createCustomer: async (company: { tenantId: string; name: string }): Promise<string> => {
      const { id } = await call('customers.create', z.object({ id: z.string() }), () =>
        stripe.customers.create(
          { name: company.name, metadata: { tenantId: company.tenantId } },
          { idempotencyKey: `customer-${company.tenantId}` },
        ),
      );
      return id;
    },

    /** The checkouts of a customer that are still open. */
    openCheckouts: async (customer: string): Promise<CheckoutSession[]> => {
      const found = await call('checkout.sessions.list', z.object({ data: z.array(session) }), () =>
        stripe.checkout.sessions.list({ customer, status: 'open', limit: 20 }),
      );
      return found.data;
    },

    /**
     * Closes a checkout, so that it takes no payment any more.
     * @returns false when it has been completed in the meantime
     */
    expireCheckout: async (id: string): Promise<boolean> => {
      try {
        await call('checkout.sessions.expire', session, () => stripe.checkout.sessions.expire(id));
        return true;
      } catch (error) {
        if (!(error instanceof StripeFailed) || error.retryable) throw error;
        const { status } = await call('checkout.sessions.retrieve', session, () =>
          stripe.checkout.sessions.retrieve(id),
        );
        if (status === 'open') throw error;
        return status !== 'complete';
      }
    },

    createCheckout: (given: {
      tenantId: string;
      customer: string;
      price: string;
      plan: Plan;
      returnUrl: string;
      idempotencyKey: string;
    }): Promise<CheckoutSession> =>
      call('checkout.sessions.create', session, () =>
        stripe.checkout.sessions.create(
          {
            mode: 'subscription',
            customer: given.customer,
            client_reference_id: given.tenantId,
            line_items: [{ price: given.price, quantity: 1 }],
            metadata: { plan: given.plan },
            success_url: given.returnUrl,
            cancel_url: given.returnUrl,
          },
          { idempotencyKey: given.idempotencyKey },
        ),
      ),

    /** A page on which the customer manages payments; it works for some minutes. */
    portal: async (customer: string, returnUrl: string): Promise<string> => {
      const { url } = await call('billingPortal.sessions.create', z.object({ url: z.url() }), () =>
        stripe.billingPortal.sessions.create({ customer, return_url: returnUrl }),
      );
      return url;
    },

    /** Every subscription that the customer has or had. */
    subscriptionsOf: async (customer: string): Promise<StripeSubscription[]> => {
      const { data } = await call('subscriptions.list', listed.extend({ data: z.array(subscription) }), () =>
        stripe.subscriptions.list({
          customer,
          status: 'all',
          limit: MAX_SUBSCRIPTIONS,
          expand: ['data.latest_invoice'],
        }),
      );
      return data;
    },

    /**
     * The event in a webhook, if Stripe signed its bytes not long ago.
     * @throws {Problem} UNAUTHENTICATED
     */
    readEvent: (body: Buffer, signature: string, now: Date): Stripe.Event => {
      try {
        const receivedAt = now.getTime();
        return stripe.webhooks.constructEvent(
          body,
          signature,
          webhookSecret,
          TOLERANCE_SECONDS,
          undefined,
          receivedAt,
        );
      } catch (cause) {
        if (cause instanceof SyntaxError)
          throw new Problem('MALFORMED_JSON', 'The webhook is not valid JSON.', { cause });
        throw new Problem('UNAUTHENTICATED', 'The signature of the webhook is not valid.', { cause });
      }
    },
  };
}

/** Our own mistakes are not tried again; they say by which code Stripe refused them, and nothing of what was sent. */
function failureOf(what: string, error: unknown): StripeFailed {
  if (!(error instanceof Stripe.errors.StripeError))
    return new StripeFailed(`Stripe could not be called for ${what}.`, true, error);
  const { statusCode, type, code } = error;
  const isOurs = statusCode !== undefined && statusCode >= 400 && statusCode < 500;
  const retryable = !isOurs || [408, 409, 424, 429].includes(statusCode);
  const said = [statusCode, type, code].filter((part) => part !== undefined).join(' ');
  return new StripeFailed(`Stripe did not do ${what}: ${said}.`, retryable, error);
}
