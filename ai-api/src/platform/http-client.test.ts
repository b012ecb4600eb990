import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import {
  createHttpClient,
  type HttpClient,
  type HttpClientOptions,
  OutsideCallError,
} from './http-client.ts';

const KEY = 'a-key-that-must-not-leak';
const schema = z.object({ value: z.number() });

type Handler = (request: IncomingMessage, response: ServerResponse) => void;
type Seen = { method: string; url: string; headers: IncomingMessage['headers']; body: string };

let server: Server;
let baseUrl: string;
/** What the service does with one request after the other; the last handler stays. */
let script: Handler[];
let seen: Seen[];
let pauses: number[];

beforeEach(async () => {
  script = [];
  seen = [];
  pauses = [];
  server = createServer(async (request, response) => {
    const next = script.length > 1 ? script.shift() : script[0];
    let body = '';
    for await (const chunk of request) body += chunk;
    seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
    next?.(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/base/`;
});

afterEach(() => {
  vi.useRealTimers();
  server.closeAllConnections();
  server.close();
});

const reply =
  (status: number, body: unknown = { value: 1 }, headers: Record<string, string> = {}): Handler =>
  (_, response) => {
    const isText = typeof body === 'string' || Buffer.isBuffer(body);
    response.writeHead(status, headers).end(isText ? body : JSON.stringify(body));
  };
const hang: Handler = () => {};

function keyless(): HttpClientOptions {
  return {
    name: 'Weather Office',
    baseUrl,
    timeoutMs: 2_000,
    retries: 2,
    breaker: { failures: 99, resetMs: 60_000 },
  };
}

function client(options: Partial<HttpClientOptions> = {}): HttpClient {
  return createHttpClient({ ...keyless(), bearer: KEY, sleep: async (ms) => pauses.push(ms), ...options });
}

async function failure(work: Promise<unknown>): Promise<OutsideCallError> {
  const error = await work.catch((reason: unknown) => reason);
  if (!(error instanceof OutsideCallError)) throw new Error('not an OutsideCallError', { cause: error });
  expect(error.message).toMatch(/^Weather Office [^\n]+$/);
  expect(`${error.message} ${error.stack} ${JSON.stringify(error)}`).not.toContain(KEY);
  return error;
}

describe('a call that succeeds', () => {
  it('gets the base URL plus the path with the key, and returns what the schema makes of the JSON', async () => {
    script = [reply(200, { value: 3, more: true })];
    expect(await client().getJson('/v1/a%2Fb?c=d', { schema })).toEqual({ value: 3 });
    expect(seen[0]).toMatchObject({
      method: 'GET',
      url: '/base/v1/a%2Fb?c=d',
      headers: { authorization: `Bearer ${KEY}`, accept: 'application/json' },
    });
  });

  it('posts JSON, and sends no Authorization without a key', async () => {
    script = [reply(201)];
    const headers = { 'x-request-id': 'r1' };
    await createHttpClient(keyless()).postJson('/v1/things', { schema, body: { n: 1 }, headers });
    expect(seen[0]).toMatchObject({
      method: 'POST',
      body: '{"n":1}',
      headers: { 'x-request-id': 'r1', 'content-type': 'application/json' },
    });
    expect(seen[0]?.headers.authorization).toBeUndefined();
  });
});

describe('a call that fails for a while', () => {
  it('is repeated after a 500, and succeeds', async () => {
    script = [reply(500), reply(502), reply(200)];
    expect(await client().getJson('/v1', { schema })).toEqual({ value: 1 });
    expect(seen).toHaveLength(3);
  });

  it('is given up after the allowed attempts', async () => {
    script = [reply(503)];
    expect(await failure(client().getJson('/v1', { schema }))).toMatchObject({
      kind: 'server_error',
      service: 'Weather Office',
      status: 503,
      retryable: true,
    });
    expect(seen).toHaveLength(3);
  });

  it('pauses at least half of a step that doubles up to the maximum, and no longer than the step', async () => {
    script = [reply(500)];
    await failure(client({ retries: 4, backoff: { initialMs: 100, maxMs: 400 } }).getJson('/v1', { schema }));
    expect(pauses).toHaveLength(4);
    for (const [i, step] of [100, 200, 400, 400].entries()) {
      expect(pauses[i]).toBeGreaterThanOrEqual(step / 2);
      expect(pauses[i]).toBeLessThanOrEqual(step);
    }
  });

  it('waits as long as Retry-After says, in seconds', async () => {
    script = [reply(429, '', { 'retry-after': '17' }), reply(200)];
    expect(await client().getJson('/v1', { schema })).toEqual({ value: 1 });
    expect(pauses).toEqual([17_000]);
  });

  it('waits until the date in Retry-After', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-16T09:00:00Z') });
    script = [reply(503, '', { 'retry-after': 'Mon, 16 Nov 2026 09:00:12 GMT' }), reply(200)];
    await client().getJson('/v1', { schema });
    expect(pauses).toEqual([12_000]);
  });

  it('is given up at once when Retry-After asks for longer than the bound, and says for how long', async () => {
    script = [reply(429, '', { 'retry-after': '3600' })];
    expect(await failure(client().getJson('/v1', { schema }))).toMatchObject({
      kind: 'rate_limited',
      status: 429,
      retryable: true,
      retryAfterMs: 3_600_000,
    });
    expect(seen).toHaveLength(1);
  });

  it('pauses as usual when Retry-After is nonsense', async () => {
    script = [reply(429, '', { 'retry-after': 'soon' }), reply(200)];
    await client({ backoff: { initialMs: 10, maxMs: 10 } }).getJson('/v1', { schema });
    expect(pauses[0]).toBeLessThanOrEqual(10);
  });

  it('times out each attempt that hangs', async () => {
    script = [hang];
    const error = await failure(client({ timeoutMs: 200, retries: 1 }).getJson('/v1', { schema }));
    expect(error).toMatchObject({ kind: 'timeout', retryable: true });
    expect(error.message).toBe('Weather Office did not answer within 0.2 s');
    expect(seen).toHaveLength(2);
  });

  it('times out a body that stops in the middle', async () => {
    script = [(_, response) => void response.writeHead(200).write('{"value":')];
    expect((await failure(client({ timeoutMs: 100, retries: 0 }).getJson('/v1', { schema }))).kind).toBe(
      'timeout',
    );
  });

  it('is unreachable when the connection breaks, and is repeated', async () => {
    script = [(request) => void request.socket.destroy()];
    expect((await failure(client().getJson('/v1', { schema }))).kind).toBe('unreachable');
    expect(seen).toHaveLength(3);
  });

  it('says that nothing listens when the connection is refused', async () => {
    server.close();
    await once(server, 'close');
    const error = await failure(client().getJson('/v1', { schema }));
    expect(error).toMatchObject({ kind: 'unreachable', retryable: true, status: undefined });
    expect(error.message).toBe('Weather Office could not be reached: nothing listens at its address');
  });
});

describe('a call that fails for good', () => {
  it.each([
    [401, 'unauthorized'],
    [403, 'unauthorized'],
    [404, 'not_found'],
    [400, 'bad_response'],
    [422, 'bad_response'],
    [302, 'bad_response'],
  ])('is not repeated after %i', async (status, kind) => {
    script = [reply(status, { detail: KEY }, { location: '/elsewhere' })];
    expect(await failure(client().getJson('/v1', { schema }))).toMatchObject({
      kind,
      status,
      retryable: false,
    });
    expect(seen).toHaveLength(1);
  });

  it.each([
    ['HTML', '<html>', 'not JSON'],
    ['nothing', '', 'not JSON'],
    ['broken JSON', '{"value":', 'not JSON'],
    ['text that is not UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'not JSON'],
    ['a wrong type', { value: 'three' }, 'breaks the contract at "value"'],
    ['a wrong shape', [1], 'breaks the contract at the whole of it'],
  ])('is not repeated after %s', async (_, body, message) => {
    script = [reply(200, body)];
    const error = await failure(client().getJson('/v1', { schema }));
    expect(error).toMatchObject({ kind: 'bad_response', status: 200, retryable: false });
    expect(error.message).toContain(message);
    expect(seen).toHaveLength(1);
  });

  it('stops reading a body that is longer than the bound', async () => {
    let isCut = false;
    script = [
      (_, response) => {
        const timer = setInterval(() => response.write('x'.repeat(10_000)), 1);
        response.on('close', () => {
          clearInterval(timer);
          isCut = true;
        });
      },
    ];
    const error = await failure(client({ maxBytes: 50_000 }).getJson('/v1', { schema }));
    expect(error).toMatchObject({ kind: 'bad_response', retryable: false });
    expect(error.message).toContain('more than 50000 bytes');
    await vi.waitFor(() => expect(isCut).toBe(true));
  });

  it('hides the key when an answer echoes it where the schema complains', async () => {
    script = [reply(200, { [KEY]: 1 })];
    const error = await failure(client().getJson('/v1', { schema: z.strictObject({}) }));
    expect(error.message).toContain('[key]');
  });

  it('lets an error of the schema itself through', async () => {
    script = [reply(200)];
    const broken = schema.transform(() => {
      throw new TypeError('a bug of ours');
    });
    await expect(client().getJson('/v1', { schema: broken })).rejects.toThrow(TypeError);
  });

  it('is not repeated when it is a POST, unless that may be sent twice', async () => {
    script = [reply(500)];
    await failure(client().postJson('/v1', { schema, body: {} }));
    expect(seen).toHaveLength(1);
    await failure(client().postJson('/v1', { schema, body: {}, repeatable: true }));
    expect(seen).toHaveLength(4);
  });
});

describe('a caller who aborts', () => {
  it('is released at once with the reason of the signal', async () => {
    script = [hang];
    const abort = new AbortController();
    const call = client().getJson('/v1', { schema, signal: abort.signal });
    await vi.waitFor(() => expect(seen).toHaveLength(1));
    abort.abort(new Error('no longer needed'));
    await expect(call).rejects.toThrow('no longer needed');
    expect(seen).toHaveLength(1);
  });

  it('is released from a pause between attempts', async () => {
    script = [reply(429, '', { 'retry-after': '25' })];
    const abort = new AbortController();
    const answered = Promise.withResolvers<void>();
    const watched: typeof fetch = (...request) => fetch(...request).finally(answered.resolve);
    const subject = createHttpClient({ ...keyless(), fetch: watched });
    const call = subject.getJson('/v1', { schema, signal: abort.signal });
    await answered.promise;
    setImmediate(() => abort.abort(new Error('stopped')));
    await expect(call).rejects.toThrow('stopped');
    expect(seen).toHaveLength(1);
  });

  it('does not reach the service when the signal was aborted before', async () => {
    await expect(client().getJson('/v1', { schema, signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
    expect(seen).toHaveLength(0);
  });

  it('does not count against the circuit', async () => {
    script = [hang];
    const subject = client({ breaker: { failures: 1, resetMs: 60_000 } });
    for (const count of [1, 2, 3]) {
      const abort = new AbortController();
      const call = subject.getJson('/v1', { schema, signal: abort.signal });
      await vi.waitFor(() => expect(seen).toHaveLength(count));
      abort.abort();
      await expect(call).rejects.toThrow(/abort/i);
    }
    expect(subject.circuit()).toBe('closed');
  });
});

describe('the circuit', () => {
  const breaker = { failures: 3, resetMs: 60_000 };

  async function opened(): Promise<HttpClient> {
    vi.useFakeTimers({ toFake: ['Date'] });
    script = [reply(500)];
    const subject = client({ breaker, retries: 0 });
    for (let i = 0; i < breaker.failures; i++) await failure(subject.getJson('/v1', { schema }));
    expect(subject.circuit()).toBe('open');
    return subject;
  }

  function passPause(): void {
    vi.setSystemTime(Date.now() + breaker.resetMs + 1);
  }

  it('opens after failures in a row, and then refuses without asking', async () => {
    const subject = await opened();
    expect(await failure(subject.getJson('/v1', { schema }))).toMatchObject({
      kind: 'circuit_open',
      retryable: true,
    });
    expect(seen).toHaveLength(3);
  });

  it('counts attempts, and shows the failure itself to the call whose attempts opened it', async () => {
    script = [reply(500)];
    expect((await failure(client({ breaker, retries: 9 }).getJson('/v1', { schema }))).kind).toBe(
      'server_error',
    );
    expect(seen).toHaveLength(3);
  });

  it.each([400, 401, 404, 429])('never opens by answers of %i', async (status) => {
    script = [reply(status)];
    const subject = client({ breaker: { failures: 1, resetMs: 60_000 }, retries: 3 });
    for (let i = 0; i < 3; i++) await failure(subject.getJson('/v1', { schema }));
    expect(subject.circuit()).toBe('closed');
  });

  it('begins to count anew after an answer, even a refusal', async () => {
    script = [reply(500), reply(500), reply(404), reply(500), reply(500), reply(200)];
    const subject = client({ breaker, retries: 0 });
    for (let i = 0; i < 5; i++) await failure(subject.getJson('/v1', { schema }));
    expect(await subject.getJson('/v1', { schema })).toEqual({ value: 1 });
  });

  it('lets one attempt through after the pause, and closes when that succeeds', async () => {
    const subject = await opened();
    passPause();
    script = [reply(200)];
    expect(await subject.getJson('/v1', { schema })).toEqual({ value: 1 });
    expect(subject.circuit()).toBe('closed');
  });

  it('makes other calls wait for the outcome of that attempt', async () => {
    const subject = await opened();
    passPause();
    const asked = Promise.withResolvers<() => void>();
    script = [(request, response) => asked.resolve(() => reply(200)(request, response)), reply(200)];
    const calls = [1, 2, 3].map(() => subject.getJson('/v1', { schema }));
    const answer = await asked.promise;
    expect(seen).toHaveLength(4);
    answer();
    expect(await Promise.all(calls)).toHaveLength(3);
    expect(seen).toHaveLength(6);
  });

  it('opens again when that attempt fails', async () => {
    const subject = await opened();
    passPause();
    expect((await failure(subject.getJson('/v1', { schema }))).kind).toBe('server_error');
    expect(subject.circuit()).toBe('open');
    expect((await failure(subject.getJson('/v1', { schema }))).kind).toBe('circuit_open');
    expect(seen).toHaveLength(4);
  });

  it('does not close because the caller of that attempt left', async () => {
    const subject = await opened();
    passPause();
    const asked = Promise.withResolvers<() => void>();
    script = [(request, response) => asked.resolve(() => reply(500)(request, response))];
    const abort = new AbortController();
    const call = subject.getJson('/v1', { schema, signal: abort.signal });
    const answer = await asked.promise;
    abort.abort(new Error('left'));
    await expect(call).rejects.toThrow('left');
    expect(subject.circuit()).toBe('half_open');
    answer();
    await vi.waitFor(() => expect(subject.circuit()).toBe('open'));
  });
});
