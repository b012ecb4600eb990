import { join } from 'node:path';
import { PGlite, types } from '@electric-sql/pglite';
import { btree_gin } from '@electric-sql/pglite/contrib/btree_gin';
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm';
import { vector } from '@electric-sql/pglite-pgvector';
import { Kysely, PGliteDialect } from 'kysely';
import { fromPglite } from 'pg-boss';
import { type OnQuery, queryTimes } from '../telemetry/query-type.ts';
import { lockDataDirectory } from './data-lock.ts';
import type { Connection, Schema } from './index.ts';

/** What the embedded PostgreSQL is opened with, also by a backup. */
export const PGLITE_EXTENSIONS = { vector, btree_gin, pg_trgm };

/** PostgreSQL clears its page cache when it starts, which takes a second for the 128 MB that it has by itself. */
const START_PARAMS = [...PGlite.defaultStartParams, '-c', 'shared_buffers=32MB'];

/**
 * Opens the embedded PostgreSQL in `directory`, which this process then owns.
 * @throws {import('./data-lock.ts').DataDirectoryInUse}
 */
export async function openPglite(directory: string, onQuery: OnQuery = () => {}): Promise<Connection> {
  const unlock = await lockDataDirectory(directory);
  try {
    const pglite = await PGlite.create({
      dataDir: join(directory, 'pglite'),
      extensions: PGLITE_EXTENSIONS,
      startParams: START_PARAMS,
      parsers: { [types.INT8]: Number, [types.DATE]: (value: string) => value },
    });
    const kysely = new Kysely<Schema>({ dialect: new PGliteDialect({ pglite }), log: queryTimes(onQuery) });
    return {
      driver: 'pglite',
      kysely,
      queue: { db: fromPglite(pglite), backend: 'pglite' },
      listen: async (channel, hear) => {
        const unlisten = await pglite.listen(channel, hear);
        return async () => {
          if (!pglite.closed) await unlisten();
        };
      },
      // One connection, in this process.
      pool: () => ({ active: pglite.closed ? 0 : 1, idle: 0, waiting: 0 }),
      close: async () => {
        if (!pglite.closed) await pglite.close();
        await unlock();
      },
    };
  } catch (error) {
    await unlock();
    throw error;
  }
}
