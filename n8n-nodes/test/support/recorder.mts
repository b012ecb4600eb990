import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Recorded {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: Record<string, string | string[] | undefined>;
  /** Parsed JSON, undefined when there was none. */
  body: unknown;
}

/** Status 200 and JSON unless said; `type` may name another content type for a text body. */
export interface Answer {
  status?: number;
  body?: unknown;
  type?: string;
  headers?: Record<string, string>;
}

export interface Recorder {
  url: string;
  requests: Recorded[];
  /** Decides the answers from here on; `undefined` leaves a request without an answer. */
  answer(handler: (request: Recorded, index: number) => Answer | undefined): void;
  /** Forgets the requests and answers `{}` again. */
  reset(): void;
  close(): Promise<void>;
}

/** A stand-in for the API on loopback that keeps what it was asked. */
export async function startRecorder(): Promise<Recorder> {
  const requests: Recorded[] = [];
  let handler: (request: Recorded, index: number) => Answer | undefined = () => ({ body: {} });
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    const url = new URL(incoming.url ?? '/', 'http://localhost');
    const recorded: Recorded = {
      method: incoming.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: incoming.headers,
      body: text === '' ? undefined : JSON.parse(text),
    };
    requests.push(recorded);
    const answer = handler(recorded, requests.length - 1);
    if (!answer) return;
    const {
      status = 200,
      body,
      type = status < 400 ? 'application/json' : 'application/problem+json',
    } = answer;
    response.writeHead(status, { 'content-type': type, ...answer.headers });
    response.end(body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    answer: (next) => {
      handler = next;
    },
    reset: () => {
      requests.length = 0;
      handler = () => ({ body: {} });
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
