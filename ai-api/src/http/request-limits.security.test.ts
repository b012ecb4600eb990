import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import express from 'express';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { ADMIN_KEY, startApi, type TestApi } from '../../test/api.ts';
import { createTestDatabase, type TestDatabase } from '../../test/databases.ts';
import { operation, resource } from '../contract/operation.ts';
import { problemDocument } from '../contract/schemas.ts';
import { errorHandler } from './error-handler.ts';
import { routesOf, serve } from './router.ts';

const authorization = `Bearer ${ADMIN_KEY}`;
const problemOf = async (response: Response) => {
  const { code, status } = problemDocument.parse(await response.json());
  expect(status).toBe(response.status);
  return code;
};

describe('requests', () => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    api = await startApi(testDatabase, {
      JSON_MAX_DEPTH: '8',
      MAX_IN_FLIGHT: '3',
      SHED_LOOP_DELAY_MS: '1000',
    });
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
  });

  const get = (path: string) => fetch(api.url + path, { headers: { authorization } });
  const post = (body: string | Uint8Array<ArrayBuffer>, type = 'application/json') =>
    fetch(`${api.url}/webhooks/endpoints`, {
      method: 'POST',
      headers: { authorization, 'content-type': type },
      body,
    });
  /** The other tests' load passes before one that counts it. */
  const calm = () => vi.waitFor(async () => expect((await get('/whoami')).status).toBe(200), 30_000);

  describe('with a body', () => {
    const nested = (depth: number) => `{"url":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;

    test.each([
      [8, 'INVALID_INPUT'],
      [9, 'BODY_TOO_DEEP'],
      [200_000, 'BODY_TOO_DEEP'],
    ])('%d values deep are answered with %s', async (depth, code) => {
      expect(await problemOf(await post(nested(depth)))).toBe(code);
    });

    test.each([`{"url":"${'['.repeat(50)}"}`, `{"url":"\\"${'{'.repeat(50)}\\\\"}`])(
      'may have any brackets in a text: %s',
      async (body) => {
        expect(await problemOf(await post(body))).toBe('INVALID_INPUT');
      },
    );

    test('that ends inside a text is malformed', async () => {
      expect(await problemOf(await post('{"url":"\\'))).toBe('MALFORMED_JSON');
    });

    test('must be UTF-8', async () => {
      const body = await post('{}', 'application/json; charset=utf-16');
      expect(await problemOf(body)).toBe('UNSUPPORTED_MEDIA_TYPE');
    });

    test.each([
      ['windows-1252', Uint8Array.of(0x4a, 0xf6, 0x72, 0x67)],
      ['a surrogate', Uint8Array.of(0xed, 0xa0, 0x80)],
      ['a character that is cut', Uint8Array.of(0x4a, 0xc3)],
    ])('that holds %s is refused, and no letter of it is replaced', async (_what, bytes) => {
      const quote = (text: string) => Buffer.from(text);
      const body = Uint8Array.from(Buffer.concat([quote('{"url":"'), bytes, quote('"}')]));
      expect(await problemOf(await post(body))).toBe('MALFORMED_JSON');
    });
  });

  test('with a long URL are refused', async () => {
    expect(await problemOf(await get(`/builders?search=${'x'.repeat(9_000)}`))).toBe('URL_TOO_LONG');
  });

  test.each([
    ['too many headers', `GET / HTTP/1.1\r\nHost: x\r\nX-Large: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
    ['no HTTP at all', 'nonsense\r\n\r\n', 400],
  ])('with %s get a problem document, then the connection ends', async (_, text, status) => {
    const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
    socket.write(text);
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    await once(socket, 'close');
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(problemDocument.parse(JSON.parse(body)).status).toBe(status);
  });

  test('beyond those that may be open at once are refused, except for probes', async () => {
    await calm();
    const headers = { authorization, 'content-type': 'application/json', 'content-length': '100' };
    const open = [1, 2, 3].map(() => {
      const request = httpRequest(`${api.url}/webhooks/endpoints`, { method: 'POST', headers });
      request.on('error', () => {}).flushHeaders();
      return request;
    });
    await vi.waitFor(async () => expect((await get('/whoami')).status).toBe(503), 10_000);
    const refused = await get('/whoami');
    expect(refused.headers.get('retry-after')).toBe('2');
    expect(await problemOf(refused)).toBe('OVERLOADED');
    expect([(await get('/health')).status, (await get('/ready')).status]).toEqual([200, 200]);
    for (const request of open) request.destroy();
    await calm();
  });

  test('are refused while the event loop is blocked, except for probes, and answered when it is free', async () => {
    await calm();
    const end = performance.now() + 1_500;
    while (performance.now() < end);
    const [refused, health] = await Promise.all([get('/whoami'), get('/health')]);
    expect([await problemOf(refused), refused.headers.get('retry-after')]).toEqual(['OVERLOADED', '2']);
    expect(health.status).toBe(200);
    await calm();
  });

  describe('that take too long', () => {
    const slow = resource({
      id: 'slow',
      name: 'Slow',
      description: 'An operation that waits.',
      operations: {
        wait: operation({
          method: 'POST',
          path: '/slow',
          summary: 'Wait',
          access: ['admin'],
          input: z.object({}),
          output: z.object({ carriedOut: z.number() }),
        }),
      },
    });

    test('are answered with 503 and their signal aborts; the key then repeats what came of it', async () => {
      const { requestPolicies, identity } = api.context;
      const { promise: released, resolve: release } = Promise.withResolvers<void>();
      let carriedOut = 0;
      let aborted = false;
      const handlers = {
        wait: async (_input: unknown, { signal }: { signal: AbortSignal }) => {
          signal.addEventListener('abort', () => {
            aborted = true;
          });
          await released;
          carriedOut += 1;
          return { carriedOut };
        },
      };
      const app = express();
      app.use(
        routesOf([serve(slow, handlers)], identity.authenticate, { ...requestPolicies, timeoutMs: 400 }),
      );
      app.use(errorHandler);
      const server = app.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/slow`;
      const send = () =>
        fetch(url, { method: 'POST', headers: { authorization, 'idempotency-key': 'slow-1' } });
      const late = await send();
      expect([await problemOf(late), late.headers.get('retry-after')]).toEqual(['REQUEST_TIMEOUT', '5']);
      expect(aborted).toBe(true);
      expect(await problemOf(await send())).toBe('IDEMPOTENCY_IN_FLIGHT');
      release();
      const answer = await vi.waitFor(async () => {
        const response = await send();
        expect(response.status).toBe(200);
        return response;
      }, 10_000);
      expect(answer.headers.get('idempotency-replayed')).toBe('true');
      expect(await answer.json()).toEqual({ carriedOut: 1 });
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
  });
});
