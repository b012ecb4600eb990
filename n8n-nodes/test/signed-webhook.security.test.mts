import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { sign as signAsGitHub } from '@octokit/webhooks-methods';
import fc from 'fast-check';
import type { INodeParameters } from 'n8n-workflow';
import { Webhook } from 'standardwebhooks';
import Stripe from 'stripe';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Incoming } from '../nodes/SignedWebhookTrigger/incoming.ts';
import { isSigned, type Provider } from '../nodes/SignedWebhookTrigger/schemes.ts';
import { type Engine, openEngine, ourNode } from './support/engine.mts';
import { startWebhookServer, type WebhookServer } from './support/webhook-server.mts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const OLD_SECRET = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
const stripe = new Stripe('sk_test_sample');

const CUSTOM: INodeParameters = {
  signatureHeader: 'X-Sample-Signature',
  prefix: 'v9=',
  algorithm: 'sha512',
  encoding: 'base64',
  signedContent: '{timestamp}.{delivery}.{body}',
  timestampHeader: 'X-Sample-Time',
  idHeader: 'X-Sample-Delivery',
  eventHeader: 'X-Sample-Event',
  secretEncoding: 'utf8',
};

let engine: Engine;
let server: WebhookServer;
let secrets: { secret: string; previousSecret: string };

beforeAll(async () => {
  secrets = { secret: SECRET, previousSecret: OLD_SECRET };
  engine = await openEngine(secrets);
  server = await startWebhookServer(engine);
});
beforeEach(() => Object.assign(secrets, { secret: SECRET, previousSecret: OLD_SECRET }));
afterAll(() => server.close());

function listen(provider: Provider, more: INodeParameters = {}): void {
  const parameters = { provider, ...CUSTOM, ...more };
  const node = ourNode('Hook', 'signedWebhookTrigger', 'webhookSigningSecretApi', parameters);
  server.serve(engine.workflow([node]), node);
}

type Headers = Record<string, string>;

async function deliver(body: string, headers: Headers) {
  const response = await fetch(server.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  return { status: response.status, body: await response.json() };
}

const now = () => Math.floor(Date.now() / 1000);
const hmac = (secret: string, text: string) => createHmac('sha256', secret).update(text).digest('hex');

/** How each sender's own library, or its documentation, signs. */
const SIGN: Record<Provider, (body: string, secret: string, at: number) => Promise<Headers>> = {
  github: async (body, secret) => ({
    'x-hub-signature-256': await signAsGitHub(secret, body),
    'x-github-event': 'pull_request',
    'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
  }),
  gitlab: async (body, secret, at) => ({
    ...(await standard(body, secret, at)),
    'x-gitlab-event-uuid': 'u1',
  }),
  gitlabToken: async (_, secret) => ({ 'x-gitlab-token': secret, 'idempotency-key': 'k1' }),
  slack: async (body, secret, at) => ({
    'x-slack-request-timestamp': String(at),
    'x-slack-signature': `v0=${hmac(secret, `v0:${at}:${body}`)}`,
  }),
  standard,
  stripe: async (payload, secret, timestamp) => ({
    'stripe-signature': stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp }),
  }),
  custom: async (body, secret, at) => ({
    'x-sample-signature': `v9=${createHmac('sha512', secret).update(`${at}.d1.${body}`).digest('base64')}`,
    'x-sample-time': String(at),
    'x-sample-delivery': 'd1',
    'x-sample-event': 'thing.made',
  }),
};

async function standard(body: string, secret: string, at: number): Promise<Headers> {
  const signature = new Webhook(secret).sign('msg_1', new Date(at * 1000), body);
  return { 'webhook-id': 'msg_1', 'webhook-timestamp': String(at), 'webhook-signature': signature };
}

const PROVIDERS = Object.keys(SIGN) as Provider[];
const TIMED: Provider[] = ['gitlab', 'slack', 'standard', 'stripe', 'custom'];
const BODY = JSON.stringify({
  type: 'thing.made',
  id: 'evt_1',
  action: 'opened',
  object_kind: 'push',
  text: 'é',
});

describe.each(PROVIDERS)('a delivery of %s', (provider) => {
  beforeEach(() => listen(provider));

  test.each([
    ['the secret', SECRET],
    ['the previous secret', OLD_SECRET],
  ])('signed with %s starts the workflow once', async (_, secret) => {
    const headers = await SIGN[provider](BODY, secret, now());
    expect(await deliver(BODY, headers)).toEqual({ status: 200, body: { received: true } });
    expect(await deliver(BODY, headers)).toEqual({ status: 200, body: { received: true, duplicate: true } });
    expect(server.started.map(({ json }) => json)).toMatchObject([{ provider, payload: { text: 'é' } }]);
  });

  test('that is not signed by us tells nothing', async () => {
    const good = await SIGN[provider](BODY, SECRET, now());
    const others = await SIGN[provider](BODY, 'whsec_b3RoZXIgc2VjcmV0IGFsdG9nZXRoZXI=', now());
    for (const headers of [{}, others]) {
      expect(await deliver(BODY, headers)).toEqual({
        status: 401,
        body: { type: 'about:blank', title: 'Unauthorized', status: 401 },
      });
    }
    Object.assign(secrets, { secret: '', previousSecret: '' });
    expect((await deliver(BODY, good)).status).toBe(401);
    expect(server.started).toEqual([]);
  });
});

test.each(TIMED)('%s: what is older or younger than the tolerance is refused', async (provider) => {
  listen(provider, { options: { tolerance: 60 } });
  for (const age of [-90, 90])
    expect((await deliver(BODY, await SIGN[provider](BODY, SECRET, now() - age))).status).toBe(401);
  expect((await deliver(BODY, await SIGN[provider](BODY, SECRET, now() - 50))).status).toBe(200);
});

test('deliveries look alike, whoever sent them', async () => {
  const read: Record<string, unknown> = {};
  for (const provider of PROVIDERS) {
    listen(provider);
    await deliver(BODY, await SIGN[provider](BODY, SECRET, now()));
    const { event, id, deliveryId } = server.started[0]?.json ?? {};
    read[provider] = [event, id, deliveryId];
  }
  const digest = expect.stringMatching(/^[0-9a-f]{64}$/);
  const github = '72d3162e-cc78-11e3-81ab-4c9367dc0958';
  expect(read).toEqual({
    github: ['pull_request.opened', github, github],
    gitlab: ['push', 'u1', 'msg_1'],
    gitlabToken: ['push', null, 'k1'],
    slack: ['thing.made', null, digest],
    standard: ['thing.made', 'msg_1', 'msg_1'],
    stripe: ['thing.made', 'evt_1', 'evt_1'],
    custom: ['thing.made', 'd1', 'd1'],
  });
});

test('Slack is answered its challenge, once it is signed', async () => {
  listen('slack');
  const body = JSON.stringify({ type: 'url_verification', challenge: 'c-1' });
  expect((await deliver(body, {})).status).toBe(401);
  expect((await deliver(body, await SIGN.slack(body, SECRET, now()))).body).toMatchObject({
    challenge: 'c-1',
  });
  expect(server.started).toEqual([]);
});

test('a form is read as its fields', async () => {
  listen('slack');
  const body = 'command=%2Fgrade&trigger_id=t1&text=A+b';
  const type = { 'content-type': 'application/x-www-form-urlencoded' };
  await deliver(body, { ...(await SIGN.slack(body, SECRET, now())), ...type });
  expect(server.started[0]?.json).toMatchObject({ event: '/grade', id: 't1', payload: { text: 'A b' } });
});

test('only the events that are asked for start the workflow', async () => {
  listen('github', { options: { events: 'push, pull_request.*' } });
  const headers = await SIGN.github(BODY, SECRET, 0);
  expect((await deliver(BODY, { ...headers, 'x-github-event': 'issues' })).body).toMatchObject({
    ignored: true,
  });
  expect((await deliver(BODY, headers)).body).toEqual({ received: true });
});

test('what is signed and is no JSON is a bad request', async () => {
  listen('github');
  expect((await deliver('{', await SIGN.github('{', SECRET, 0))).status).toBe(400);
});

describe('published examples', () => {
  const check = (provider: Provider, secret: string, body: string, headers: Headers, at = 0) =>
    isSigned(provider, [secret], incoming(body, headers, at), {} as never);

  test('of GitHub and Standard Webhooks verify', async () => {
    const github = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
    expect(
      check('github', "It's a Secret to Everybody", 'Hello, World!', { 'x-hub-signature-256': github }),
    ).toBe(true);
    const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
    const standardHeaders = {
      'webhook-id': id,
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    };
    expect(check('standard', SECRET, '{"test": 2432232314}', standardHeaders, 1614265330)).toBe(true);
    expect(check('standard', SECRET.slice(6), '{"test": 2432232314}', standardHeaders, 1614265330)).toBe(
      true,
    );
  });

  test('of Stripe verify with any of several v1, and with no other version', async () => {
    const at = 1_700_000_000;
    const good = (await SIGN.stripe(BODY, SECRET, at))['stripe-signature'] ?? '';
    const v1 = good.split('v1=')[1];
    const stripeSays = (header: string) => check('stripe', SECRET, BODY, { 'stripe-signature': header }, at);
    expect(stripeSays(good)).toBe(true);
    expect(stripeSays(`t=${at},v1=${'0'.repeat(64)},v1=${v1},v0=x`)).toBe(true);
    expect(stripeSays(`t=${at},v0=${v1}`)).toBe(false);
    expect(stripeSays(`t=${at},t=${at},v1=${v1}`)).toBe(false);
  });

  test.each(PROVIDERS)(
    'of %s with one changed character: 1,000 mutations do not verify',
    async (provider) => {
      const at = 1_700_000_000;
      const headers = await SIGN[provider](BODY, SECRET, at);
      const signatureHeader = Object.keys(headers).find((name) => /signature|token/.test(name)) as string;
      const verify = (body: string, given: Headers) =>
        isSigned(provider, [SECRET], incoming(body, given, at), CUSTOM as never);
      expect(verify(BODY, headers)).toBe(true);
      const mutated = (text: string, at: number, by: number) => {
        const index = at % text.length;
        const code = text.charCodeAt(index);
        const other = String.fromCharCode(32 + ((code - 32 + 1 + by) % 94));
        // Hexadecimal digits are taken in capitals too.
        const isSame = other.toLowerCase() === text[index]?.toLowerCase();
        return text.slice(0, index) + (isSame ? '~' : other) + text.slice(index + 1);
      };
      fc.assert(
        fc.property(fc.nat(), fc.nat(92), fc.boolean(), (place, by, inBody) => {
          const signature = headers[signatureHeader] as string;
          const changed =
            inBody && provider !== 'gitlabToken'
              ? verify(mutated(BODY, place, by), headers)
              : verify(BODY, { ...headers, [signatureHeader]: mutated(signature, place, by) });
          return changed === false;
        }),
        { numRuns: 1000 },
      );
    },
  );
});

function incoming(body: string, headers: Headers, at: number): Incoming {
  const lower = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  return {
    header: (name) => lower[name.toLowerCase()],
    rawBody: Buffer.from(body),
    now: at,
    tolerance: 300,
  };
}

describe('how senders write', () => {
  const body = '{"type":"invoice.paid","id":"e-1"}';
  const scheme = {
    signatureHeader: 'X-Signature',
    prefix: 'sha256=',
    algorithm: 'sha256',
    encoding: 'hex',
    signedContent: '{timestamp}.{body}',
    timestampHeader: 'X-Timestamp',
    idHeader: '',
    eventHeader: '',
    secretEncoding: 'utf8',
  } as const;
  const at = 1_795_978_000;
  const accepts = (time: string, change: (signature: string) => string = (signature) => signature) => {
    const headers: Record<string, string> = {
      'x-timestamp': time,
      'x-signature': change(`sha256=${hmac('case-secret', `${time}.${body}`)}`),
    };
    const incoming: Incoming = {
      header: (name) => headers[name.toLowerCase()],
      rawBody: Buffer.from(body),
      now: at,
      tolerance: 300,
    };
    return isSigned('custom', ['case-secret'], incoming, scheme);
  };

  test('hexadecimal has no case, nor has what is before it', () => {
    expect(accepts(String(at), (signature) => signature.toUpperCase())).toBe(true);
    expect(accepts(String(at), (signature) => signature.replace('sha256=', 'SHA256='))).toBe(true);
    expect(accepts(String(at), (signature) => signature.replace(/.$/, 'x'))).toBe(false);
    expect(accepts(String(at), () => '')).toBe(false);
  });

  test('r43-upper-hex.json is accepted, as its control is', () => {
    const {
      scheme: sent,
      secret,
      now: at,
      body: text,
      headers: given,
      control,
    } = JSON.parse(readFileSync(new URL('fixtures/r43-upper-hex.json', import.meta.url)).toString());
    for (const signature of [given['X-Signature'], control]) {
      const headers: Record<string, string> = { ...given, 'X-Signature': signature };
      const incoming: Incoming = {
        header: (name) => headers[name],
        rawBody: Buffer.from(text),
        now: at,
        tolerance: 300,
      };
      expect(isSigned('custom', [secret], incoming, { idHeader: '', eventHeader: '', ...sent })).toBe(true);
      expect(isSigned('custom', [`${secret}x`], incoming, { idHeader: '', eventHeader: '', ...sent })).toBe(
        false,
      );
    }
  });

  test('times are seconds, milliseconds or ISO 8601', () => {
    expect(accepts(String(at * 1000 + 12))).toBe(true);
    expect(accepts(new Date(at * 1000).toISOString())).toBe(true);
    expect(accepts('2026-11-29T20:46:40+01:00')).toBe(
      Math.abs(Date.parse('2026-11-29T20:46:40+01:00') / 1000 - at) <= 300,
    );
    for (const time of [
      String((at - 400) * 1000),
      new Date((at + 400) * 1000).toISOString(),
      '1e9',
      'now',
      '2026-11-29',
    ])
      expect(accepts(time)).toBe(false);
  });
});
