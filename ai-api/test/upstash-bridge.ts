import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Redis } from 'ioredis';

export interface UpstashBridge {
  url: string;
  token: string;
  /** Of the Redis itself. */
  redisUrl: string;
  /** How the next requests fare: answered, refused with 500, or left without an answer. */
  mode: 'works' | 'fails' | 'hangs';
  /** Requests that came in. */
  requests: number;
  redis: Redis;
  stop(): Promise<void>;
}

type Outcome = { result: unknown } | { error: string };

/**
 * Upstash's REST API in front of a real Redis, as far as its client uses it.
 * @see https://upstash.com/docs/redis/features/restapi
 */
export async function startUpstashBridge(port: number): Promise<UpstashBridge> {
  const redis = new Redis({ host: '127.0.0.1', port });
  const execute = createExecute(redis);
  const token = 'token-of-the-test';
  const server = createServer(async (request, response) => {
    bridge.requests += 1;
    if (bridge.mode === 'hangs') return;
    const answer = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (bridge.mode === 'fails') return answer(500, { error: 'out of order' });
    if (request.headers.authorization !== `Bearer ${token}`) return answer(401, { error: 'Unauthorized' });
    const body = JSON.parse(await read(request)) as unknown[];
    const encode = request.headers['upstash-encoding'] === 'base64' ? toBase64 : (value: unknown) => value;
    if (request.url === '/') {
      const outcome = await execute(body);
      return answer('error' in outcome ? 400 : 200, encode(outcome));
    }
    const outcomes = [];
    for (const command of body as unknown[][]) outcomes.push(encode(await execute(command)));
    answer(200, outcomes);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bridge: UpstashBridge = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token,
    redisUrl: `redis://127.0.0.1:${port}`,
    mode: 'works',
    requests: 0,
    redis,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      redis.disconnect();
    },
  };
  return bridge;
}

/**
 * Runs commands. Upstash's scripts begin with a flag that Redis does not know, so they run without their
 * first line, and are known by the digest of what the client sent.
 */
function createExecute(redis: Redis) {
  const scripts = new Map<string, string>();

  function translate([name, ...rest]: unknown[]): [string, ...string[]] | { error: string } {
    const words = rest.map(String);
    const command = String(name).toUpperCase();
    if (command === 'EVAL') {
      const [script = '', ...more] = words;
      const bare = script.replace(/^#!.*\n/, '');
      scripts.set(createHash('sha1').update(script).digest('hex'), bare);
      return ['EVAL', bare, ...more];
    }
    if (command !== 'EVALSHA') return [command, ...words];
    const [digest = '', ...more] = words;
    const script = scripts.get(digest);
    return script === undefined ? { error: 'NOSCRIPT No matching script.' } : ['EVAL', script, ...more];
  }

  return async (given: unknown[]): Promise<Outcome> => {
    const command = translate(given);
    if ('error' in command) return command;
    const [name, ...words] = command;
    try {
      return { result: (await redis.call(name, ...words)) ?? null };
    } catch (error) {
      return { error: (error as Error).message };
    }
  };
}

/** Upstash encodes every text but `OK`. */
function toBase64(value: unknown): unknown {
  if (typeof value === 'string') return value === 'OK' ? value : Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(toBase64);
  if (typeof value !== 'object' || value === null || 'error' in value) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, toBase64(inner)]));
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
