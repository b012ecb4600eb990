import type { IHookFunctions, INode, Workflow } from 'n8n-workflow';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Engine, openEngine, trigger } from './support/engine.mts';
import { type Recorded, type Recorder, startRecorder } from './support/recorder.mts';
import { sampleManifest } from './support/sample-manifest.mts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const WEBHOOK_URL = 'http://127.0.0.1:5678/webhook/b5e1/webhook';

interface Endpoint {
  id: string;
  url: string;
  events: string[];
}

let api: Recorder;
let engine: Engine;
let endpoints: Map<string, Endpoint>;
let workflow: Workflow;
let node: INode;

beforeAll(async () => {
  api = await startRecorder();
  engine = await openEngine({ baseUrl: api.url, apiKey: 'key-1' }, sampleManifest);
});
beforeEach(() => {
  api.reset();
  api.answer(webhooks);
  endpoints = new Map();
  use(['thing.made']);
});
afterAll(() => api.close());

/** The webhook operations of the API, in memory. */
function webhooks({ method, path, body }: Recorded) {
  const id = path.split('/')[3] ?? '';
  if (method === 'POST') {
    const endpoint = { id: `e${endpoints.size + 1}`, ...(body as { url: string; events: string[] }) };
    endpoints.set(endpoint.id, endpoint);
    return { status: 201, body: { ...endpoint, secret: SECRET } };
  }
  if (method === 'GET' && id === '') return { body: { items: [...endpoints.values()], nextCursor: null } };
  const known = endpoints.get(id);
  if (!known) return { status: 404, body: { title: 'There is no such thing', code: 'NOT_FOUND' } };
  if (method === 'DELETE') endpoints.delete(id);
  return method === 'DELETE' ? { status: 204 } : { body: known };
}

/** Starts anew with a trigger for these events; static data is what the node kept before. */
function use(events: string[], staticData: object = {}): void {
  node = trigger({ events });
  workflow = engine.workflow([node]);
  Object.assign(workflow.getStaticData('node', node), staticData);
}

function lifeCycle(step: 'checkExists' | 'create' | 'delete'): Promise<boolean> {
  const methods = engine.node('aiManagerTrigger').webhookMethods?.default;
  const method = methods?.[step] as (this: IHookFunctions) => Promise<boolean>;
  return method.call(engine.hooks(workflow, node));
}

const kept = () => ({ ...workflow.getStaticData('node', node) });
const calls = () => api.requests.map(({ method, path }) => `${method} ${path}`);

describe('activation', () => {
  test('subscribes the webhook URL to the chosen events and keeps id and secret', async () => {
    expect(await lifeCycle('checkExists')).toBe(false);
    expect(calls()).toEqual([]);
    expect(await lifeCycle('create')).toBe(true);
    expect([...endpoints.values()]).toEqual([{ id: 'e1', url: WEBHOOK_URL, events: ['thing.made'] }]);
    expect(kept()).toEqual({ endpointId: 'e1', secret: SECRET });
  });

  test('does nothing when the subscription is there already', async () => {
    await lifeCycle('create');
    expect(await lifeCycle('checkExists')).toBe(true);
    expect(endpoints.size).toBe(1);
  });

  test('subscribes again when the API has lost the endpoint', async () => {
    await lifeCycle('create');
    endpoints.clear();
    expect(await lifeCycle('checkExists')).toBe(false);
    expect(kept()).toEqual({});
  });

  test.each([
    ['the events changed', () => use(['thing.made', 'thing.lost'], kept())],
    [
      'the URL changed',
      () => Object.assign(endpoints.get('e1') as Endpoint, { url: 'https://old.example/webhook' }),
    ],
    ['the secret was lost', () => use(['thing.made'], { endpointId: 'e1' })],
  ])('removes the old endpoint when %s', async (_, change) => {
    await lifeCycle('create');
    change();
    expect(await lifeCycle('checkExists')).toBe(false);
    expect(endpoints.size).toBe(0);
  });

  test('takes the same events in another order for the same subscription', async () => {
    use(['thing.made', 'thing.lost']);
    await lifeCycle('create');
    use(['thing.lost', 'thing.made'], kept());
    expect(await lifeCycle('checkExists')).toBe(true);
  });

  test('removes endpoints of its own URL that n8n forgot, and no others', async () => {
    endpoints.set('old', { id: 'old', url: WEBHOOK_URL, events: ['thing.lost'] });
    endpoints.set('other', { id: 'other', url: 'https://else.example/hook', events: ['thing.made'] });
    await lifeCycle('create');
    expect(endpoints.has('old')).toBe(false);
    expect([...endpoints.values()].map(({ url }) => url)).toEqual(['https://else.example/hook', WEBHOOK_URL]);
  });

  test('fails when the API is not well, and says why', async () => {
    use(['thing.made'], { endpointId: 'e1', secret: SECRET });
    api.answer(() => ({ status: 503, body: { title: 'The service cannot answer right now' } }));
    await expect(lifeCycle('checkExists')).rejects.toThrow('The service cannot answer right now');
    await expect(lifeCycle('create')).rejects.toThrow('The service cannot answer right now');
    expect(kept()).toEqual({ endpointId: 'e1', secret: SECRET });
  });

  test.each([undefined, '', 'whsec_', 'plain', 'whsec_***'])(
    'fails closed when the secret is %j',
    async (secret) => {
      api.answer((request) => {
        const answer = webhooks(request);
        return request.method === 'POST' ? { ...answer, body: { ...answer.body, secret } } : answer;
      });
      await expect(lifeCycle('create')).rejects.toThrow('no secret to verify deliveries with');
      expect(endpoints.size).toBe(0);
      expect(kept()).toEqual({});
    },
  );

  test('asks for at least one event', async () => {
    use([]);
    await expect(lifeCycle('create')).rejects.toThrow('Choose at least one event');
  });
});

describe('deactivation', () => {
  test('removes the endpoint and forgets its secret', async () => {
    await lifeCycle('create');
    expect(await lifeCycle('delete')).toBe(true);
    expect(endpoints.size).toBe(0);
    expect(kept()).toEqual({});
  });

  test('is content when the endpoint is gone already', async () => {
    await lifeCycle('create');
    endpoints.clear();
    expect(await lifeCycle('delete')).toBe(true);
    expect(kept()).toEqual({});
  });

  test('is content when there was never one', async () => {
    expect(await lifeCycle('delete')).toBe(true);
    expect(calls()).toEqual([]);
  });

  test('keeps what it knows when the API cannot be asked, to try again', async () => {
    await lifeCycle('create');
    api.answer(() => ({ status: 500, body: { title: 'Something went wrong on our side' } }));
    await expect(lifeCycle('delete')).rejects.toThrow('Something went wrong on our side');
    expect(kept()).toEqual({ endpointId: 'e1', secret: SECRET });
  });
});

describe('a test in the editor', () => {
  const create = async () => {
    const method = engine.node('aiManagerTrigger').webhookMethods?.default?.create;
    return await method?.call(engine.hooks(workflow, node, 'manual'));
  };
  const samples = () => api.requests.filter(({ path }) => path.endsWith('/test')).map(({ body }) => body);

  test('asks for a sample of the first event', async () => {
    expect(await create()).toBe(true);
    expect(samples()).toEqual([{ event: 'thing.made' }]);
  });

  test('goes on waiting for a real event when there is no sample', async () => {
    api.answer((request) => (request.path.endsWith('/test') ? { status: 404, body: {} } : webhooks(request)));
    expect(await create()).toBe(true);
  });

  test('asks for none where that is switched off, nor when the workflow is activated', async () => {
    node.parameters.sample = false;
    await create();
    use(['thing.made']);
    await lifeCycle('create');
    expect(samples()).toEqual([]);
  });
});
