import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

/** One POST as it came in. */
export interface Delivery {
  /** The header `webhook-id`: the same for every attempt to deliver one event. */
  id: string;
  path: string;
  headers: Record<string, string>;
  /** The raw body, which is what was signed. */
  body: string;
}

/** A status, with headers if need be, or no answer at all. */
export type SubscriberReply = { status: number; headers?: Record<string, string> } | 'hang';

export interface Subscriber {
  url: string;
  port: number;
  deliveries: Delivery[];
  close(): Promise<void>;
}

/** Starts a subscriber on loopback; `answer` gets each delivery and its number, from 1. */
export async function startSubscriber(
  answer: (delivery: Delivery, number: number) => SubscriberReply = () => ({ status: 204 }),
  port = 0,
): Promise<Subscriber> {
  const deliveries: Delivery[] = [];
  const server = createServer((request, response) => {
    receive(request).then(
      (delivery) => {
        const reply = answer(delivery, deliveries.push(delivery));
        if (reply !== 'hang') response.writeHead(reply.status, reply.headers).end();
      },
      () => response.destroy(),
    );
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${address.port}/hook`,
    port: address.port,
    deliveries,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function receive(request: IncomingMessage): Promise<Delivery> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const headers = request.headers as Record<string, string>;
  const body = Buffer.concat(chunks).toString('utf8');
  return { id: headers['webhook-id'] ?? '', path: `${request.method} ${request.url}`, headers, body };
}

/** The event of a delivery, verified as a subscriber does. @throws when the signature is not right */
export function verified(secret: string, { body, headers }: Delivery): unknown {
  return new Webhook(secret).verify(body, headers);
}
