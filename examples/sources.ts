import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Lookup, readSourceTables, type SourceName } from './source-tables.ts';

export type { SourceName } from './source-tables.ts';

/**
 * What goes wrong in place of, or before, the right answer: an answer of its own (`status`, `headers`, `body`; a
 * body that is no string is sent as JSON), a wait of `delayMs` before it, or `hang`: no answer at all.
 * With `delayMs` alone the right answer comes late.
 */
export type Fault = {
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
  delayMs?: number;
  hang?: true;
};

/** `attempt` counts from 1 the requests for this source and builder, so that a fault may pass. */
export type FaultCall = { week: string; attempt: number };

/**
 * Which calls fail: a function, or a map (looked up at each request) from `source/builderId`, or `source` for
 * everybody, to a fault. A call of `/v1/ping` goes by the builder id `ping`.
 */
export type Faults =
  | ReadonlyMap<string, Fault>
  | ((source: SourceName, builderId: string, call: FaultCall) => Fault | undefined);

/** A request as it came in; `status` is undefined until it is answered, and for good when it hangs. */
export type RecordedRequest = {
  source: SourceName | undefined;
  method: string;
  path: string;
  builderId: string | undefined;
  week: string | undefined;
  status: number | undefined;
};

export type SourcesOptions = {
  /** Where metrics.csv, projects.csv and project-metrics.csv are. */
  directory: string;
  /** The key that callers must present as `Authorization: Bearer <key>`. */
  apiKey: string;
  /** 0 takes any free port. */
  port: number;
  faults?: Faults;
};

export type Sources = {
  url: string;
  worksmartUrl: string;
  brainliftUrl: string;
  metricsUrl: string;
  requests: RecordedRequest[];
  /** Stops listening and drops open connections, hanging ones too. */
  close(): Promise<void>;
};

/** The path between `/v1/` and the builder id, by source. */
const COLLECTIONS: Readonly<Record<SourceName, string>> = {
  worksmart: 'people',
  brainlift: 'brainlifts',
  metrics: 'builders',
};

/**
 * Starts one server on 127.0.0.1 that stands for WorkSmart, BrainLift and the Metrics API, each under a path of its
 * own, and answers from the CSV files of a directory, read once. The contracts are in docs/connectors.md.
 * Throws an Error of one line when a file is not right or the port is taken.
 */
export async function startSources(options: SourcesOptions): Promise<Sources> {
  const tables = readSourceTables(options.directory);
  const requests: RecordedRequest[] = [];
  const attempts = new Map<string, number>();
  const closing = new AbortController();

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const route = routeOf(request.url ?? '/');
    const record: RecordedRequest = { ...route, method: request.method ?? '', status: undefined };
    requests.push(record);
    const fault = route.source && faultFor(route.source, route.builderId ?? 'ping', route.week ?? '');
    if (fault?.hang) return;
    if (fault?.delayMs) await pause(fault.delayMs, undefined, { signal: closing.signal });
    const reply = faultReply(fault) ?? rightReply(request, options.apiKey, route, tables);
    record.status = reply.status;
    const body = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body ?? null);
    response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers }).end(body);
  }

  function faultFor(source: SourceName, builderId: string, week: string): Fault | undefined {
    const id = `${source}/${builderId}`;
    const attempt = (attempts.get(id) ?? 0) + 1;
    attempts.set(id, attempt);
    if (typeof options.faults === 'function') return options.faults(source, builderId, { week, attempt });
    return options.faults?.get(id) ?? options.faults?.get(source);
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await listen(server, options.port);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    worksmartUrl: `${url}/worksmart`,
    brainliftUrl: `${url}/brainlift`,
    metricsUrl: `${url}/metrics`,
    requests,
    async close() {
      closing.abort();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type Route = Pick<RecordedRequest, 'source' | 'path' | 'builderId' | 'week'> & { isPing: boolean };
type Reply = { status: number; headers?: Record<string, string>; body: unknown };

function routeOf(target: string): Route {
  const path = target.split('?')[0] ?? '/';
  const [, name = '', ...rest] = path.split('/');
  const source = Object.hasOwn(COLLECTIONS, name) ? (name as SourceName) : undefined;
  const none = { source, path, builderId: undefined, week: undefined, isPing: false };
  if (!source) return none;
  if (rest.join('/') === 'v1/ping') return { ...none, isPing: true };
  const [version, collection, builderId, weeks, week, ...more] = rest;
  const isWeek =
    version === 'v1' && collection === COLLECTIONS[source] && weeks === 'weeks' && more.length === 0;
  if (!isWeek || !builderId || !week) return none;
  return { ...none, builderId: decode(builderId), week: decode(week) };
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function faultReply(fault: Fault | undefined): Reply | undefined {
  if (!fault || (fault.status === undefined && fault.body === undefined)) return undefined;
  const status = fault.status ?? 200;
  return {
    status,
    ...(fault.headers && { headers: fault.headers }),
    body: fault.body ?? { error: `fault ${status}` },
  };
}

function rightReply(
  request: IncomingMessage,
  apiKey: string,
  route: Route,
  tables: Record<SourceName, Lookup>,
): Reply {
  if (!route.source) return refusal(404, 'no such source');
  if (!hasKey(request, apiKey)) return refusal(401, 'the API key is missing or wrong');
  if (request.method !== 'GET') return refusal(405, 'only GET is supported');
  if (route.isPing) return { status: 200, body: { ok: true } };
  if (route.builderId === undefined || route.week === undefined) return refusal(404, 'no such address');
  if (!/^\d{4}-W\d{2}$/.test(route.week)) return refusal(400, 'the week must look like 2026-W46');
  const facts = tables[route.source](route.builderId, route.week);
  return facts ? { status: 200, body: facts } : refusal(404, 'no facts for that builder and week');
}

function refusal(status: number, error: string): Reply {
  return { status, body: { error } };
}

/** Compares digests, which are of one length, in constant time. */
function hasKey(request: IncomingMessage, apiKey: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(request.headers.authorization ?? ''), digest(`Bearer ${apiKey}`));
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    throw isTaken ? new Error(`port ${port} is already in use`, { cause: error }) : error;
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      data: { type: 'string', default: join(import.meta.dirname, 'sample-company') },
      port: { type: 'string', default: '4010' },
    },
  });
  if (!/^\d{1,5}$/.test(values.port) || Number(values.port) > 65_535) {
    throw new Error(`--port must be a number from 0 to 65535, not "${values.port}"`);
  }
  const apiKey = process.env.SOURCES_API_KEY || randomBytes(18).toString('base64url');
  const sources = await startSources({ directory: values.data, apiKey, port: Number(values.port) });
  console.log(`WorkSmart    ${sources.worksmartUrl}`);
  console.log(`BrainLift    ${sources.brainliftUrl}`);
  console.log(`Metrics API  ${sources.metricsUrl}`);
  if (!process.env.SOURCES_API_KEY) console.log(`API key      ${apiKey} (generated for this run)`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void sources.close());
}

if (import.meta.main) {
  main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
