import { createHash } from 'node:crypto';
import { Redis, type Requester, type UpstashRequest, type UpstashResponse } from '@upstash/redis';
import { Redis as Connection } from 'ioredis';

export interface RedisOptions {
  /** Such as `redis://:password@host:6379/0`, or `rediss://` for TLS. */
  url: string;
  /** Milliseconds for one call, the connection included. */
  timeoutMs: number;
}

/** Upstash's client with an open connection in place of its REST API, so that both kinds of Redis run the same commands. */
export interface DirectRedis {
  redis: Redis;
  close(): Promise<void>;
}

const MAX_PAUSE_MS = 2_000;
/** `#!lua flags=…` on the first line: flags of Upstash, with which any other Redis refuses the script. */
const FLAGS = /^#!.*\n/;

/**
 * Connects to any Redis by its own protocol. A call has one attempt and a time limit; the connection is made again by itself.
 * @param onError gets each fault of the connection, at most one for each try
 */
export function connectRedis({ url, timeoutMs }: RedisOptions, onError: (error: Error) => void): DirectRedis {
  const connection = new Connection(url, {
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
    // A host that vanished answers nothing, and does not close the connection either.
    socketTimeout: 2 * timeoutMs,
    reconnectOnError: ({ message }) => message.startsWith('READONLY'),
    maxRetriesPerRequest: 0,
    retryStrategy: (times) => Math.min(times * 100, MAX_PAUSE_MS),
  });
  connection.on('error', onError);
  return {
    redis: new PlainRedis(requesterOf(connection)),
    close: async () => connection.disconnect(),
  };
}

/** Values come back as the texts that they are. */
class PlainRedis extends Redis {
  constructor(requester: Requester) {
    super(requester);
    this.opts = { automaticDeserialization: false };
  }
}

function requesterOf(connection: Connection): Requester {
  /** Digests of scripts as the caller knows them, and as Redis does. */
  const digests = new Map<string, string>();

  function translate([name = '', script = '', ...rest]: readonly string[]): string[] {
    const command = name.toUpperCase();
    if (command === 'EVAL') {
      const bare = script.replace(FLAGS, '');
      digests.set(digestOf(script), digestOf(bare));
      return [name, bare, ...rest];
    }
    if (command === 'EVALSHA') return [name, digests.get(script) ?? script, ...rest];
    return [name, script, ...rest];
  }

  return {
    request: async <Result>({ path, body }: UpstashRequest): Promise<UpstashResponse<Result>> => {
      if (path && path.length > 0) throw new Error(`A connection to Redis does not run a ${path.join('/')}.`);
      const words = (body as readonly unknown[]).map(String);
      const [name = '', ...rest] = words.length > 1 ? translate(words) : words;
      return { result: (await connection.call(name, ...rest)) as Result };
    },
  };
}

const digestOf = (script: string) => createHash('sha1').update(script).digest('hex');
