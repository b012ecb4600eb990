import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ApiError, createClient } from './client.ts';
import { resources } from './index.ts';

const ID = '01890000-0000-7000-8000-000000000000';
type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** An API that records what it is asked. */
let recorder: Server;
let baseUrl: string;
let answer: Answer;
let seen: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[];

beforeAll(async () => {
  recorder = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
    answer(request, response);
  }).listen(0, '127.0.0.1');
  await once(recorder, 'listening');
  baseUrl = `http://127.0.0.1:${(recorder.address() as AddressInfo).port}`;
});
beforeEach(() => {
  seen = [];
});
afterAll(() => {
  recorder.closeAllConnections();
  recorder.close();
});

const reply =
  (status: number, body?: unknown): Answer =>
  (_, response) => {
    response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
  };
const emptyPage = reply(200, { items: [], nextCursor: null });
const client = (options: Partial<Parameters<typeof createClient>[1]> = {}) =>
  createClient(resources, { baseUrl, apiKey: 'aim_key', ...options });

async function failure(work: Promise<unknown>): Promise<ApiError> {
  const error = await work.catch((reason: unknown) => reason);
  if (!(error instanceof ApiError)) throw new Error('not an ApiError', { cause: error });
  return error;
}

describe('the typed client', () => {
  test('sends path parameters in the path, encoded', async () => {
    answer = reply(404, '');
    await failure(client().builder.get({ builderId: 'a/b?c#d%2e {runId} $&ü' }));
    expect(seen[0]).toMatchObject({
      method: 'GET',
      url: '/builders/a%2Fb%3Fc%23d%252e%20%7BrunId%7D%20%24%26%C3%BC',
      body: '',
      headers: { authorization: 'Bearer aim_key', accept: 'application/json' },
    });
    expect(seen[0]?.headers['content-type']).toBeUndefined();
  });

  test('sends the input of a GET in the query, without what is undefined', async () => {
    answer = emptyPage;
    await client().builder.list({ search: 'a&b=c d', limit: 5, team: undefined });
    expect(seen[0]?.url).toBe('/builders?search=a%26b%3Dc+d&limit=5');
  });

  test('sends the rest of the input of a POST in a JSON body', async () => {
    answer = reply(422, '');
    const input = { evaluationId: ID, judgementId: ID, grade: 'A', reason: 'She did' } as const;
    await failure(client().evaluation.override(input as never));
    expect(seen[0]).toMatchObject({
      method: 'POST',
      url: `/evaluations/${ID}/override`,
      headers: { 'content-type': 'application/json' },
    });
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual({ judgementId: ID, grade: 'A', reason: 'She did' });
  });

  test('sends an empty object when a POST has no other input', async () => {
    answer = reply(422, '');
    await failure(client().evaluation.markNotified({ evaluationId: ID }));
    expect(seen[0]?.body).toBe('{}');
  });

  test('answers nothing for 204', async () => {
    answer = reply(204);
    expect(await client().webhook.delete({ endpointId: ID })).toBeUndefined();
    expect(seen[0]).toMatchObject({ method: 'DELETE', url: `/webhooks/endpoints/${ID}`, body: '' });
  });

  test('reaches an API below a path, sends an idempotency key, and no credential when it has none', async () => {
    answer = emptyPage;
    const keyless = createClient(resources, { baseUrl: `${baseUrl}/api/` });
    await keyless.webhook.list({}, { idempotencyKey: 'once' });
    expect(seen[0]).toMatchObject({ url: '/api/webhooks/endpoints', headers: { 'idempotency-key': 'once' } });
    expect(seen[0]?.headers.authorization).toBeUndefined();
  });

  test('throws the problem that the API answers', async () => {
    const document = {
      type: '/docs/problems#not-found',
      title: 'Not found',
      status: 404,
      code: 'NOT_FOUND',
      detail: 'No builder with id x.',
      errors: [{ field: 'builderId', message: 'is wrong' }],
    };
    answer = reply(404, document);
    const error = await failure(client().builder.get({ builderId: 'x' }));
    expect(error).toMatchObject({ status: 404, code: 'NOT_FOUND', document });
    expect(error.message).toBe('Not found: No builder with id x.');
  });

  test.each([
    ['HTML', '<h1>Bad Gateway</h1>'],
    ['other JSON', '{"error":"no"}'],
    ['nothing', ''],
  ])('throws the status alone when what answers is no API: %s', async (_, body) => {
    answer = reply(502, body);
    const error = await failure(client().builder.list({}));
    expect([error.status, error.document, error.message]).toEqual([
      502,
      undefined,
      'GET /builders: HTTP 502',
    ]);
  });

  test.each([
    ['HTML', '<h1>Welcome</h1>'],
    ['other JSON', '{"items":[{}],"nextCursor":null}'],
    ['nothing', ''],
  ])('throws when a success breaks the contract: %s', async (_, body) => {
    answer = reply(200, body);
    const error = await failure(client().builder.list({}));
    expect([error.status, error.message]).toEqual([200, 'GET /builders: the answer breaks the contract']);
    expect(error.cause).toBeInstanceOf(Error);
  });

  test('throws when the answer breaks off', async () => {
    answer = (_, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"items":[', () => response.destroy());
    };
    expect((await failure(client().builder.list({}))).message).toBe('GET /builders: the answer broke off');
  });

  test('throws with status 0 when there is no answer, in time or at all', async () => {
    answer = () => {};
    const late = await failure(client({ timeoutMs: 50 }).builder.list({}));
    expect([late.status, late.message]).toEqual([0, 'GET /builders: the API did not answer']);
    expect(late.cause).toMatchObject({ name: 'TimeoutError' });
    const aborted = await failure(client().builder.list({}, { signal: AbortSignal.abort() }));
    expect([aborted.status, aborted.cause]).toMatchObject([0, { name: 'AbortError' }]);
    const gone = await failure(client({ baseUrl: 'http://127.0.0.1:1' }).builder.list({}));
    expect(gone.status).toBe(0);
  });

  test.each(['', '.', '..'])(
    'refuses %j as a path parameter, which would make it another path',
    async (builderId) => {
      await expect(client().builder.get({ builderId })).rejects.toThrow(RangeError);
      expect(seen).toEqual([]);
    },
  );
});
