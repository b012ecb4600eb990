import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { type OnQuery, queryTimes } from '../telemetry/query-type.ts';
import type { Connection, Schema } from './index.ts';
import { listenOnPostgres } from './postgres-listen.ts';

const { INT8, DATE } = pg.types.builtins;

/** The database of the configuration cannot be used. */
export class DatabaseUnreachable extends Error {
  constructor(url: string, cause: unknown) {
    const { host, pathname } = new URL(url);
    const { message, code } = cause as NodeJS.ErrnoException;
    super(`The database at ${host}${pathname} cannot be used: ${message || code}. Check DATABASE_URL.`, {
      cause,
    });
    this.name = 'DatabaseUnreachable';
  }
}

/** `bigint` as number and `date` as `YYYY-MM-DD`, as the embedded driver answers them. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text') => {
    if (oid === INT8) return Number;
    if (oid === DATE) return (value: string) => value;
    return pg.types.getTypeParser(oid, format);
  }) as typeof pg.types.getTypeParser,
};

/** Connections the job queue keeps for itself at most, beside one for LISTEN; fewer where the pool is small. */
const QUEUE_POOL = 6;

/** Opens a pool to a PostgreSQL server (15 or newer). Nothing is sent until the first query. */
export function openPostgres(
  url: string,
  poolSize: number,
  onError: (error: Error) => void,
  onQuery: OnQuery = () => {},
): Connection {
  const pool = new pg.Pool({
    connectionString: url,
    max: poolSize,
    types,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 30_000,
    statement_timeout: 60_000,
    application_name: 'ai-manager',
  });
  pool.on('error', onError);
  // A client that is in use has no listener of the pool's: losing it between two statements must not end the process.
  pool.on('connect', (client) => client.on('error', () => {}));
  return {
    driver: 'postgres',
    kysely: new Kysely<Schema>({ dialect: new PostgresDialect({ pool }), log: queryTimes(onQuery) }),
    queue: { connectionString: url, max: Math.min(QUEUE_POOL, Math.ceil(poolSize / 2)), backend: 'postgres' },
    listen: (channel, hear) => listenOnPostgres(url, channel, hear, onError),
    pool: () => ({
      active: pool.totalCount - pool.idleCount,
      idle: pool.idleCount,
      waiting: pool.waitingCount,
    }),
    close: async () => {
      if (!pool.ended) await pool.end();
    },
  };
}
