import fc from 'fast-check';
import type { IDataObject, INodeParameters, Workflow } from 'n8n-workflow';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Engine, openEngine, trigger } from './support/engine.mts';
import { sampleManifest } from './support/sample-manifest.mts';
import { startWebhookServer, type WebhookServer } from './support/webhook-server.mts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const OTHER_SECRET = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
const EVENT = { type: 'thing.made', timestamp: '2026-11-02T09:00:00Z', data: { id: 'é', n: 1 } };

let engine: Engine;
let server: WebhookServer;
let staticData: IDataObject;

beforeAll(async () => {
  engine = await openEngine({ baseUrl: 'http://127.0.0.1:1', apiKey: 'key-1' }, sampleManifest);
  server = await startWebhookServer(engine);
});
beforeEach(() => {
  const node = trigger({ events: ['thing.made'] });
  const workflow: Workflow = engine.workflow([node]);
  staticData = workflow.getStaticData('node', node);
  Object.assign(staticData, { endpointId: 'e1', secret: SECRET });
  server.serve(workflow, node);
});
afterAll(() => server.close());

interface Delivery {
  id: string;
  timestamp: string;
  signature: string;
  body: string;
}

/** A delivery as the Standard Webhooks library signs it. */
function signed({
  secret = SECRET,
  body = JSON.stringify(EVENT),
  at = new Date(),
  id = 'msg_1',
} = {}): Delivery {
  const signature = new Webhook(secret).sign(id, at, body);
  return { id, timestamp: String(Math.floor(at.getTime() / 1000)), signature, body };
}

async function deliver({ id, timestamp, signature, body }: Partial<Delivery>) {
  const given = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature };
  const headers = Object.entries(given).filter(
    (header): header is [string, string] => header[1] !== undefined,
  );
  const response = await fetch(server.url, {
    method: 'POST',
    headers: [['content-type', 'application/json'], ...headers],
    ...(body === undefined ? {} : { body }),
  });
  return { status: response.status, body: await response.json() };
}

const secondsAgo = (seconds: number) => new Date(Date.now() - seconds * 1000);

describe('a delivery signed by Standard Webhooks', () => {
  test('starts the workflow with its type, timestamp, data and delivery id', async () => {
    expect(await deliver(signed())).toEqual({ status: 200, body: { received: true } });
    expect(server.started).toEqual([{ json: { ...EVENT, deliveryId: 'msg_1' } }]);
  });

  test('may carry several signatures, as while a secret is replaced', async () => {
    const ours = signed();
    const others = signed({ secret: OTHER_SECRET });
    const signature = `v1a,abc ${others.signature} ${ours.signature}`;
    expect(await deliver({ ...ours, signature })).toMatchObject({ status: 200 });
  });

  test.each([290, -290])('may be %i seconds old', async (age) => {
    expect(await deliver(signed({ at: secondsAgo(age) }))).toMatchObject({ status: 200 });
  });

  test('is verified on its bytes, not on its meaning', async () => {
    const spaced = signed({ body: JSON.stringify(EVENT, null, 2) });
    expect(await deliver({ ...spaced, body: JSON.stringify(EVENT) })).toMatchObject({ status: 401 });
    expect(await deliver(spaced)).toMatchObject({ status: 200 });
  });

  test('whatever it says: 200 random events are accepted', async () => {
    const data = fc.dictionary(
      fc.string(),
      fc.oneof(fc.string({ unit: 'binary' }), fc.double(), fc.boolean()),
    );
    await fc.assert(
      fc.asyncProperty(data, fc.uuid(), async (value, id) => {
        const delivery = signed({ body: JSON.stringify({ ...EVENT, data: value }), id });
        expect(await deliver(delivery)).toEqual({ status: 200, body: { received: true } });
      }),
      { numRuns: 200 },
    );
  });
});

describe('a delivery that is not ours', () => {
  const refused = { status: 401, body: { type: 'about:blank', title: 'Unauthorized', status: 401 } };

  test.each<[string, () => Partial<Delivery>]>([
    ['has no signature', () => ({ ...signed(), signature: '' })],
    ['has no headers', () => ({ body: JSON.stringify(EVENT) })],
    [
      'has no id',
      () => ({ timestamp: signed().timestamp, signature: signed().signature, body: signed().body }),
    ],
    ['has no body', () => ({ ...signed(), body: '' })],
    ['is signed with another secret', () => signed({ secret: OTHER_SECRET })],
    ['is too old', () => signed({ at: secondsAgo(310) })],
    ['is from the future', () => signed({ at: secondsAgo(-310) })],
    ['has a timestamp that is no number', () => ({ ...signed(), timestamp: 'now' })],
    [
      'has the signature of another version',
      () => ({ ...signed(), signature: signed().signature.replace('v1', 'v2') }),
    ],
  ])('because it %s is answered 401 and tells nothing', async (_, delivery) => {
    expect(await deliver(delivery())).toEqual(refused);
    expect(server.started).toEqual([]);
  });

  test.each([undefined, '', 'whsec_', 'not a secret'])('is refused when the secret is %j', async (secret) => {
    const delivery = signed();
    if (secret === undefined) delete staticData.secret;
    else staticData.secret = secret;
    expect(await deliver(delivery)).toEqual(refused);
  });

  test('by one changed character: 1,000 mutations are refused', async () => {
    const part = fc.constantFrom<keyof Delivery>('id', 'timestamp', 'signature', 'body');
    const change = fc.constantFrom('replace', 'insert', 'remove', 'flip case');
    const printable = fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code));
    let tried = 0;
    await fc.assert(
      fc.asyncProperty(part, change, fc.nat(), printable, async (key, how, position, character) => {
        const delivery = signed();
        const mutated = mutate(delivery[key], how, position, character);
        fc.pre(mutated !== delivery[key]);
        tried += 1;
        expect(await deliver({ ...delivery, [key]: mutated })).toEqual(refused);
      }),
      { numRuns: 1000 },
    );
    expect(tried).toBeGreaterThanOrEqual(1000);
    expect(server.started).toEqual([]);
  });
});

function mutate(text: string, how: string, position: number, character: string): string {
  const at = position % text.length;
  const [before, current, after] = [text.slice(0, at), text.charAt(at), text.slice(at + 1)];
  if (how === 'insert') return before + character + current + after;
  if (how === 'remove') return before + after;
  if (how === 'replace') return before + character + after;
  const flipped = current === current.toUpperCase() ? current.toLowerCase() : current.toUpperCase();
  return before + flipped + after;
}

describe('a delivery that was signed but', () => {
  test('came before is acknowledged and starts nothing', async () => {
    await deliver(signed());
    const again = await deliver(signed({ at: secondsAgo(20) }));
    expect(again).toEqual({ status: 200, body: { received: true, duplicate: true } });
    expect(server.started).toHaveLength(1);
  });

  test('has an event that was not chosen is acknowledged and starts nothing', async () => {
    const answer = await deliver(signed({ body: JSON.stringify({ ...EVENT, type: 'thing.lost' }) }));
    expect(answer).toEqual({ status: 200, body: { received: true, ignored: true } });
    expect(server.started).toEqual([]);
  });

  test.each(['{', '[]', '"text"', 'null', '{"type":"thing.made"}'])(
    'holds %s is a bad request',
    async (body) => {
      expect(await deliver(signed({ body }))).toMatchObject({ status: 400, body: { title: 'Bad Request' } });
    },
  );
});

test('the memory of deliveries stays bounded, and keeps the latest', async () => {
  staticData.deliveries = Array.from({ length: 500 }, (_, index) => `old_${index}`);
  await deliver(signed({ id: 'new' }));
  const remembered = staticData.deliveries as string[];
  expect(remembered).toHaveLength(500);
  expect(remembered.at(-1)).toBe('new');
  expect(remembered[0]).toBe('old_1');
});

describe('filters', () => {
  const passing = async (conditions: object[], data: object) => {
    const node = trigger({ events: ['thing.made'], filters: { conditions } } as INodeParameters);
    const workflow = engine.workflow([node]);
    Object.assign(workflow.getStaticData('node', node), { endpointId: 'e1', secret: SECRET });
    server.serve(workflow, node);
    const { body } = await deliver(signed({ body: JSON.stringify({ ...EVENT, data }) }));
    return body.ignored !== true;
  };
  const data = { grade: 'E', score: 12, run: { week: '2026-W46' }, tags: ['a', 'b'], none: null };

  test.each([
    [[], true],
    [[{ field: 'grade', operator: 'equals', value: 'E' }], true],
    [[{ field: 'grade', operator: 'notEquals', value: 'E' }], false],
    [[{ field: 'grade', operator: 'oneOf', value: 'D, E' }], true],
    [[{ field: 'score', operator: 'lessThan', value: '13' }], true],
    [[{ field: 'score', operator: 'greaterThan', value: '13' }], false],
    [[{ field: 'run.week', operator: 'contains', value: 'W46' }], true],
    [[{ field: 'tags', operator: 'contains', value: 'b' }], true],
    [[{ field: 'none', operator: 'exists' }], false],
    [[{ field: 'constructor', operator: 'exists' }], false],
    [[{ field: 'missing', operator: 'equals', value: 'undefined' }], false],
    [
      [
        { field: 'grade', operator: 'equals', value: 'E' },
        { field: 'score', operator: 'equals', value: '1' },
      ],
      false,
    ],
  ])('%j let the event through: %s', async (conditions, passes) => {
    expect(await passing(conditions, data)).toBe(passes);
  });
});

describe('a sample', () => {
  const body = JSON.stringify({
    type: 'endpoint.test',
    timestamp: EVENT.timestamp,
    data: { endpointId: 'e1', message: 'x', sample: { type: 'thing.made', data: { id: 's' } } },
  });
  const listen = (mode: 'webhook' | 'manual') => {
    const node = trigger({
      events: ['thing.made'],
      filters: { conditions: [{ field: 'id', operator: 'equals', value: 'no' }] },
    });
    const workflow = engine.workflow([node]);
    Object.assign(workflow.getStaticData('node', node), { endpointId: 'e1', secret: SECRET });
    server.serve(workflow, node, { mode });
  };

  test('shows in the editor what a real event looks like', async () => {
    listen('manual');
    await deliver(signed({ body }));
    expect(server.started.map(({ json }) => json)).toMatchObject([
      { type: 'thing.made', data: { id: 's' }, sample: true, deliveryId: 'msg_1' },
    ]);
  });

  test('never starts an active workflow', async () => {
    listen('webhook');
    expect((await deliver(signed({ body }))).body).toEqual({ received: true, ignored: true });
    expect(server.started).toEqual([]);
  });
});
