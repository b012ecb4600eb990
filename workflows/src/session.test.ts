import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { signIn } from './session.ts';

let server: Server;
let requests: string[];

/** An n8n without an owner. */
beforeEach(async () => {
  requests = [];
  server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ data: { userManagement: { showSetupOnFirstLoad: true } } }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test('a sign-in that may not create the owner changes nothing in an n8n without one', async () => {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const account = { url, email: 'operator@example.com', password: 'Correct-horse-7' };
  await expect(signIn({ ...account, mayCreateOwner: false })).rejects.toThrow(
    `n8n at ${url} has no owner yet.`,
  );
  expect(requests).toEqual(['GET /rest/settings']);
});
