import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { datasetRoutes } from './recorder-datasets.ts';
import { promptRoutes } from './recorder-prompts.ts';
import { scoreRoutes } from './recorder-scores.ts';

/** One request as it came in; `body` is parsed JSON, or undefined without one. */
export interface Recorded {
  method: string;
  /** Without the query. */
  path: string;
  query: URLSearchParams;
  body: unknown;
}

/**
 * What goes wrong in place of an answer. `refuse` breaks the connection, `stall` stops within the body, `lose` does
 * what was asked and then breaks the connection; with `until` the answer is made at once and sent later.
 */
export type Fault =
  | { status: number; headers?: Record<string, string> }
  | { until: Promise<void> }
  | 'hang'
  | 'stall'
  | 'refuse'
  | 'lose';

export interface Reply {
  status: number;
  body?: unknown;
}

/** Serves one method and path; `{name}` in the path is a parameter, decoded. */
export interface Route {
  method: string;
  path: string;
  answer(request: Recorded, parameters: Record<string, string>): Reply;
}

export interface LangfuseRecorder {
  /** What LANGFUSE_BASE_URL is set to. */
  url: string;
  publicKey: string;
  secretKey: string;
  requests: Recorded[];
  /** Requests of a method whose path begins so. */
  requestsTo(method: string, path: string): Recorded[];
  /** From now on every request that `matches` goes wrong so; null ends it. */
  failWith(fault: Fault | null, matches?: (request: Recorded) => boolean): void;
  /** Takes a label from a prompt, as its screens do. */
  dropLabel(prompt: string, label: string): void;
  close(): Promise<void>;
}

/** Routes of earlier versions that a server of version 4 does not have in its default write mode. */
const GONE = /^\/api\/public\/(traces(\/.*)?|observations|scores|v2\/scores|metrics\/daily|sessions(\/.*)?)$/;

/** The project that the keys belong to. */
const PROJECT: Route = {
  method: 'GET',
  path: '/api/public/projects',
  answer: () => ({ status: 200, body: { data: [{ id: 'project-test', name: 'AI Manager', metadata: {} }] } }),
};

/** Starts a server on loopback that answers as Langfuse 4 does in the write mode `events_only`. */
export async function startLangfuseRecorder(more: Route[] = []): Promise<LangfuseRecorder> {
  const requests: Recorded[] = [];
  const keys = { publicKey: 'pk-lf-test', secretKey: 'sk-lf-test' };
  const { routes: ofPrompts, dropLabel } = promptRoutes();
  const routes = [...more, PROJECT, ...ofPrompts, ...scoreRoutes(), ...datasetRoutes()];
  const authorization = `Basic ${Buffer.from(`${keys.publicKey}:${keys.secretKey}`).toString('base64')}`;
  let fault: Fault | null = null;
  let hits: (request: Recorded) => boolean = () => true;
  const server = createServer((incoming, response) => {
    handle(incoming, response).catch(() => response.destroy());
  });

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await read(incoming);
    requests.push(request);
    if (fault !== null && hits(request)) {
      if (typeof fault === 'object' && 'until' in fault) {
        const late = answer(request);
        await fault.until;
        return send(response, late);
      }
      if (fault === 'lose') answer(request);
      return misbehave(response, fault);
    }
    if (request.path === '/api/public/health')
      return send(response, { status: 200, body: { status: 'OK', version: '4.16.0' } });
    if (incoming.headers.authorization !== authorization)
      return send(response, { status: 401, body: { message: 'Invalid credentials.' } });
    send(response, answer(request));
  }

  function answer(request: Recorded): Reply {
    if (request.method === 'GET' && GONE.test(request.path)) return notFound();
    for (const route of routes) {
      const parameters = route.method === request.method && match(route.path, request.path);
      if (parameters) return route.answer(request, parameters);
    }
    return notFound();
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...keys,
    requests,
    requestsTo: (method, path) =>
      requests.filter((request) => request.method === method && request.path.startsWith(path)),
    failWith: (next, matches = () => true) => {
      fault = next;
      hits = matches;
    },
    dropLabel,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function notFound(message = 'Not found'): Reply {
  return { status: 404, body: { error: 'LangfuseNotFoundError', message } };
}

export function badRequest(message: string): Reply {
  return { status: 400, body: { error: 'InvalidRequestError', message } };
}

/** A page of a list, as every list of Langfuse answers. */
export function pageOf(items: readonly unknown[], query: URLSearchParams): Reply {
  const page = Number(query.get('page') ?? 1);
  const limit = Number(query.get('limit') ?? 50);
  const meta = { page, limit, totalItems: items.length, totalPages: Math.ceil(items.length / limit) };
  return { status: 200, body: { data: items.slice((page - 1) * limit, page * limit), meta } };
}

async function read(incoming: IncomingMessage): Promise<Recorded> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  const url = new URL(incoming.url ?? '/', 'http://langfuse.example');
  const body = text === '' ? undefined : (JSON.parse(text) as unknown);
  return { method: incoming.method ?? 'GET', path: url.pathname, query: url.searchParams, body };
}

function match(pattern: string, path: string): Record<string, string> | null {
  const names = [...pattern.matchAll(/\{(\w+)\}/g)].map((found) => found[1] as string);
  const found = new RegExp(`^${pattern.replaceAll(/\{\w+\}/g, '([^/]+)')}$`).exec(path);
  if (!found) return null;
  return Object.fromEntries(
    names.map((name, index) => [name, decodeURIComponent(found[index + 1] as string)]),
  );
}

function misbehave(response: ServerResponse, fault: Exclude<Fault, { until: Promise<void> }>): void {
  if (fault === 'hang') return;
  if (fault === 'stall') {
    response.writeHead(200, { 'content-type': 'application/json' }).write('{');
    return;
  }
  if (fault === 'refuse' || fault === 'lose') {
    response.destroy();
    return;
  }
  response.writeHead(fault.status, fault.headers).end('{"message":"It failed on command."}');
}

function send(response: ServerResponse, { status, body }: Reply): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body ?? {}));
}
