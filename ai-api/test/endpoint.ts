import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Delivered {
  headers: IncomingHttpHeaders & Record<string, string>;
  body: string;
  event: { type: string; timestamp: string; data: Record<string, unknown> };
}

export interface Subscriber {
  url: string;
  /** Every request, oldest first. */
  received: Delivered[];
  /** Status of the next answers. */
  status: number;
  /** Headers of the next answers. */
  headers: Record<string, string>;
  close(): Promise<void>;
}

/** An endpoint on loopback that keeps what it is sent. */
export async function startSubscriber(): Promise<Subscriber> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('utf8');
    const headers = request.headers as Delivered['headers'];
    subscriber.received.push({ headers, body, event: JSON.parse(body || 'null') });
    response.writeHead(subscriber.status, subscriber.headers).end('thanks');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const subscriber: Subscriber = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received: [],
    status: 200,
    headers: {},
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return subscriber;
}
