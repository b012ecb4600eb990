import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A port that was free a moment ago, for servers that have to know their address before they listen. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listening(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Lets a server listen on loopback. @returns its port */
export function listening(server: Server, port = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}
