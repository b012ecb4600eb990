import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ADMIN_KEY, testEnvironment } from '../../test/api.ts';
import { databaseKinds, type TestDatabase } from '../../test/databases.ts';
import { readConfig } from '../config/index.ts';
import { problemDocument } from '../contract/schemas.ts';
import { createLog } from '../platform/log.ts';
import { type RunningServer, startServer } from '../server.ts';

/** A line to a server that can be cut and mended. */
async function openLine(host: string, port: number) {
  const sockets = new Set<Socket>();
  let server: Server;
  const listen = async (ownPort: number) => {
    server = createServer((near) => {
      const far = connect(port, host);
      for (const socket of [near, far]) {
        sockets.add(socket);
        socket.on('error', () => {});
        socket.on('close', () => {
          sockets.delete(socket);
          near.destroy();
          far.destroy();
        });
      }
      near.pipe(far).pipe(near);
    }).listen(ownPort, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const cut = async () => {
    server.close();
    for (const socket of sockets) socket.destroy();
    await once(server, 'close');
  };
  const ownPort = await listen(0);
  return { port: ownPort, cut, mend: () => listen(ownPort) };
}

const start = (env: Record<string, string>) => startServer(readConfig(env), createLog('silent'));

async function get(server: RunningServer, path: string) {
  const response = await fetch(`${server.url}${path}`, { headers: { authorization: `Bearer ${ADMIN_KEY}` } });
  return {
    status: response.status,
    retryAfter: response.headers.get('retry-after'),
    body: await response.json(),
  };
}

async function expectUnavailable(server: RunningServer, path: string) {
  const { status, retryAfter, body } = await get(server, path);
  expect([path, status, retryAfter]).toEqual([path, 503, '5']);
  expect(problemDocument.parse(body).code).toBe('SERVICE_UNAVAILABLE');
  expect(JSON.stringify(body)).not.toMatch(/127\.0\.0\.1|ECONN|postgres:/);
  return problemDocument.parse(body);
}

const kinds = databaseKinds();

describe('a server whose embedded database was closed', () => {
  let testDatabase: TestDatabase;
  let server: RunningServer;

  beforeAll(async () => {
    testDatabase = await (kinds[0] as (typeof kinds)[0]).create();
    server = await start(testEnvironment(testDatabase));
    await server.context.database.close();
  });
  afterAll(async () => {
    await server.stop();
    await testDatabase.remove();
  });

  test.each(['/ready', '/health/ready'])(
    'is not ready at %s, and says what does not answer',
    async (path) => {
      const { detail } = await expectUnavailable(server, path);
      expect(detail).toBe('Not ready. database: does not answer, queue: does not answer.');
    },
  );

  test('is still alive', async () => {
    expect((await get(server, '/health')).status).toBe(200);
  });
});

describe.each(kinds.filter(({ name }) => name === 'PostgreSQL'))(
  'a server whose line to $name is cut',
  ({ create }) => {
    let testDatabase: TestDatabase;
    let server: RunningServer;
    let line: Awaited<ReturnType<typeof openLine>>;

    beforeAll(async () => {
      testDatabase = await create();
      const url = new URL(testDatabase.env.DATABASE_URL as string);
      line = await openLine(url.hostname, Number(url.port));
      url.host = `127.0.0.1:${line.port}`;
      server = await start({ ...testEnvironment(testDatabase), DATABASE_URL: url.href });
      expect((await get(server, '/builders')).status).toBe(200);
      await line.cut();
    });
    afterAll(async () => {
      await server.stop();
      await testDatabase.remove();
    });

    test('answers 503 and when to try again, then works as before when the line is mended', async () => {
      for (const path of ['/ready', '/builders', '/builders/b-1', '/evaluations/runs'])
        await expectUnavailable(server, path);
      expect((await get(server, '/health')).status).toBe(200);
      await line.mend();
      await vi.waitFor(async () => expect((await get(server, '/ready')).status).toBe(200), 20_000);
      expect((await get(server, '/builders')).status).toBe(200);
    });
  },
);
