import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import Stripe from 'stripe';

export const STRIPE = {
  secretKey: 'sk_test_anExampleForTheRecorder',
  webhookSecret: 'whsec_anExampleForTheRecorder',
  pro: 'price_pro',
  oldPro: 'price_proOfLastYear',
  enterprise: 'price_enterprise',
};

/** A subscription in the form in which Stripe lists it. */
export interface RecordedSubscription {
  id: string;
  object: 'subscription';
  customer: string;
  status: string;
  created: number;
  cancel_at_period_end: boolean;
  cancel_at: number | null;
  trial_end: number | null;
  latest_invoice: { id: string; object: 'invoice'; created: number };
  items: {
    object: 'list';
    data: {
      id: string;
      object: 'subscription_item';
      current_period_end: number;
      price: { id: string; object: 'price'; metadata: Record<string, string> };
    }[];
  };
}

export interface RecordedSession {
  id: string;
  object: 'checkout.session';
  created: number;
  customer: string;
  client_reference_id: string | null;
  status: 'open' | 'complete' | 'expired';
  url: string | null;
  expires_at: number;
  metadata: Record<string, string>;
  price: string;
}

/**
 * What becomes of the next request. A status, `html` and `another form` come in place of an answer, before anything is done.
 * `slow` answers late what was true when the request came; `break` carries the request out and loses the answer.
 */
export type StripeFault = { status: number } | 'none' | 'hang' | 'slow' | 'html' | 'another form' | 'break';

export interface StripeEvent {
  id: string;
  object: 'event';
  type: string;
  created: number;
  data: { object: object };
}

export interface StripeRecorder {
  env: Record<string, string>;
  /** Faults of the next requests, the first one first. */
  faults: StripeFault[];
  /** Requests that came, such as `POST /v1/customers`. */
  requests: { what: string; idempotencyKey: string | undefined; form: Record<string, string> }[];
  customers: string[];
  sessions: RecordedSession[];
  subscriptions: RecordedSubscription[];
  /** Opens a checkout, as one that was begun earlier. */
  open(given: { customer: string; plan: string; price?: string }): RecordedSession;
  /** Pays an open checkout; answers the events that Stripe sends. */
  complete(sessionId: string, now?: Date): StripeEvent[];
  /** Makes a subscription beside any checkout. */
  subscribe(customer: string, price: string, given?: Partial<RecordedSubscription>): RecordedSubscription;
  event(type: string, object: object): StripeEvent;
  /** A webhook with the signature that the SDK makes. */
  sign(event: object, given?: { secret?: string; at?: Date }): RequestInit & { body: string };
  close(): Promise<void>;
}

const seconds = (date: Date) => Math.floor(date.getTime() / 1000);
const DAY = 86_400;
const SLOW_MS = 300;

interface Answer {
  status: number;
  body: string;
}

interface Keyed {
  /** Method, path and body of the request that used the key first. */
  request: string;
  /** Null while that request is being carried out. */
  answer: Answer | null;
}

/**
 * The parts of Stripe's API that we call, on loopback: customers, checkouts, portal and subscriptions, with keys of
 * idempotency as Stripe keeps them. Fails on command.
 * @see https://docs.stripe.com/api
 */
export async function startStripeRecorder(): Promise<StripeRecorder> {
  const stripe = new Stripe(STRIPE.secretKey);
  const keys = new Map<string, Keyed>();
  let count = 0;
  const next = (prefix: string) => `${prefix}_${String(++count).padStart(6, '0')}`;
  const state: Pick<StripeRecorder, 'faults' | 'requests' | 'customers' | 'sessions' | 'subscriptions'> = {
    faults: [],
    requests: [],
    customers: [],
    sessions: [],
    subscriptions: [],
  };

  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    const url = new URL(request.url ?? '/', 'http://stripe');
    const form = Object.fromEntries(new URLSearchParams(request.method === 'GET' ? url.search : body));
    const key = request.headers['idempotency-key'];
    const idempotencyKey = typeof key === 'string' ? key : undefined;
    state.requests.push({ what: `${request.method} ${url.pathname}`, idempotencyKey, form });
    const fault = state.faults.shift() ?? 'none';
    if (fault !== 'none' && fault !== 'slow' && fault !== 'break') return failWith(response, fault);
    if (request.headers.authorization !== `Bearer ${STRIPE.secretKey}`)
      return send(response, refusal(401, 'Invalid API Key provided'));
    if (!request.headers['stripe-version']) return send(response, refusal(400, 'A version is needed'));
    const route = `${request.method} ${url.pathname}`;
    const known = idempotencyKey === undefined ? undefined : keys.get(idempotencyKey);
    if (known) return send(response, repeated(known, `${route}\n${body}`), known.answer !== null);
    const keyed: Keyed = { request: `${route}\n${body}`, answer: null };
    if (idempotencyKey !== undefined) keys.set(idempotencyKey, keyed);
    const made = answer(route, url.pathname, form);
    if (fault === 'slow') await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
    if (made.status < 400) keyed.answer = made;
    else if (idempotencyKey !== undefined) keys.delete(idempotencyKey);
    if (fault === 'break') response.destroy();
    else send(response, made);
  });

  function answer(route: string, path: string, form: Record<string, string>): Answer {
    const found = carryOut(route, path, form);
    if (found === null) return refusal(404, `Unrecognized request URL (${route})`);
    return 'refused' in found
      ? refusal(400, String(found.refused), 'invalid_request_error')
      : { status: 200, body: JSON.stringify(found) };
  }

  function carryOut(route: string, path: string, form: Record<string, string>): object | null {
    const { customer = '' } = form;
    const [, id, isExpiring] = /^\/v1\/checkout\/sessions\/(\w+)(\/expire)?$/.exec(path) ?? [];
    if (id !== undefined) {
      const session = state.sessions.find((one) => one.id === id);
      return session && isExpiring ? expire(session) : (session ?? null);
    }
    switch (route) {
      case 'POST /v1/customers':
        return newCustomer(form);
      case 'POST /v1/checkout/sessions':
        return open({
          customer,
          plan: form['metadata[plan]'] ?? '',
          price: form['line_items[0][price]'],
          reference: form.client_reference_id,
        });
      case 'GET /v1/checkout/sessions':
        return listOf(
          state.sessions
            .filter((one) => one.customer === customer && one.status === form.status)
            .toReversed(),
        );
      case 'POST /v1/billing_portal/sessions':
        return {
          id: next('bps'),
          object: 'billing_portal.session',
          url: `https://billing.example.com/${customer}`,
        };
      case 'GET /v1/subscriptions':
        return listOf(state.subscriptions.filter((one) => one.customer === customer).toReversed());
      default:
        return null;
    }
  }

  function newCustomer(form: Record<string, string>): object {
    const id = next('cus');
    state.customers.push(id);
    const metadata = { tenantId: form['metadata[tenantId]'] };
    return { id, object: 'customer', name: form.name ?? null, metadata };
  }

  function expire(session: RecordedSession): object {
    if (session.status !== 'open')
      return { refused: `Only open checkouts can be expired: ${session.id} is ${session.status}.` };
    return Object.assign(session, { status: 'expired', url: null });
  }

  function open(given: {
    customer: string;
    plan: string;
    price?: string | undefined;
    reference?: string | undefined;
  }): RecordedSession {
    const id = next('cs');
    const created = seconds(new Date());
    const session: RecordedSession = {
      id,
      object: 'checkout.session',
      created,
      customer: given.customer,
      client_reference_id: given.reference ?? null,
      status: 'open',
      url: `https://checkout.example.com/${id}`,
      expires_at: created + DAY,
      metadata: { plan: given.plan },
      price: given.price ?? STRIPE.pro,
    };
    state.sessions.push(session);
    return session;
  }

  function subscribe(customer: string, price: string, given: Partial<RecordedSubscription> = {}) {
    const created = given.created ?? seconds(new Date());
    const made: RecordedSubscription = {
      id: next('sub'),
      object: 'subscription',
      customer,
      status: 'active',
      created,
      cancel_at_period_end: false,
      cancel_at: null,
      trial_end: null,
      latest_invoice: { id: next('in'), object: 'invoice', created },
      items: { object: 'list', data: [itemOf(price, created + 30 * DAY)] },
      ...given,
    };
    state.subscriptions.push(made);
    return made;
  }

  const itemOf = (price: string, periodEnd: number) => ({
    id: next('si'),
    object: 'subscription_item' as const,
    current_period_end: periodEnd,
    price: { id: price, object: 'price' as const, metadata: {} },
  });

  const event = (type: string, object: object): StripeEvent => ({
    id: next('evt'),
    object: 'event',
    type,
    created: seconds(new Date()),
    data: { object: structuredClone(object) },
  });

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(state, {
    env: {
      BILLING: 'stripe',
      STRIPE_SECRET_KEY: STRIPE.secretKey,
      STRIPE_WEBHOOK_SECRET: STRIPE.webhookSecret,
      STRIPE_PRICE_PRO: `${STRIPE.pro},${STRIPE.oldPro}`,
      STRIPE_API_URL: `http://127.0.0.1:${port}`,
      STRIPE_TIMEOUT_MS: '1000',
    },
    complete: (sessionId: string, now = new Date()) => {
      const session = state.sessions.find(({ id }) => id === sessionId);
      if (session?.status !== 'open') throw new Error(`${sessionId} is not open`);
      Object.assign(session, { status: 'complete', url: null });
      const made = subscribe(session.customer, session.price, { created: seconds(now) });
      return [
        event('customer.subscription.created', { ...made, status: 'incomplete' }),
        event('invoice.paid', { id: made.latest_invoice.id, object: 'invoice', customer: made.customer }),
        event('customer.subscription.updated', made),
        event('checkout.session.completed', session),
      ];
    },
    open,
    subscribe,
    event,
    sign: (given: object, { secret = STRIPE.webhookSecret, at = new Date() } = {}) => {
      const payload = JSON.stringify(given, null, 2);
      const header = stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp: seconds(at) });
      return {
        method: 'POST',
        headers: { 'content-type': 'application/json; charset=utf-8', 'stripe-signature': header },
        body: payload,
      };
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  });
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += chunk;
  return body;
}

function listOf(data: object[]): object {
  return { object: 'list', url: '/v1/list', has_more: false, data };
}

/** A key that was used before: the first answer again, and never another request or two at once. */
function repeated(known: Keyed, request: string): Answer {
  if (known.request !== request)
    return refusal(
      400,
      'Keys for idempotent requests can only be used with the same request',
      'idempotency_error',
    );
  return known.answer ?? refusal(409, 'A request with this key is being carried out', 'idempotency_error');
}

function failWith(
  response: ServerResponse,
  fault: { status: number } | 'hang' | 'html' | 'another form',
): void {
  if (fault === 'hang') return;
  if (fault === 'html')
    response.writeHead(200, { 'content-type': 'text/html' }).end('<html>A proxy answers</html>');
  else if (fault === 'another form')
    send(response, { status: 200, body: JSON.stringify(listOf([{ id: 5 }])) });
  else send(response, refusal(fault.status, 'On command'));
}

function refusal(status: number, message: string, type = 'api_error'): Answer {
  return { status, body: JSON.stringify({ error: { type, message } }) };
}

function send(response: ServerResponse, { status, body }: Answer, isReplayed = false): void {
  response
    .writeHead(status, {
      'content-type': 'application/json',
      'request-id': 'req_1',
      ...(isReplayed ? { 'idempotent-replayed': 'true' } : {}),
    })
    .end(body);
}
