import type { Logger } from 'pino';
import type { Config } from '../config/index.ts';
import { parseRegionUrls } from '../config/regions.ts';
import { createDatabase, type Database } from '../platform/database/index.ts';
import { DatabaseUnreachable, openPostgres } from '../platform/database/postgres.ts';
import { MEGABYTE, requireRoomForFirstStart } from '../platform/disk/index.ts';
import type { OnQuery } from '../platform/telemetry/query-type.ts';

/** The database that the configuration names. The embedded one is loaded only where it is used. */
export async function openDatabase(config: Config, log: Logger, onQuery?: OnQuery): Promise<Database> {
  const { DATABASE_URL, DATABASE_POOL, DATA_DIR, DATA_REGION, DATA_REGION_URLS } = config;
  const residency = { region: DATA_REGION ?? null, urls: parseRegionUrls(DATA_REGION_URLS) };
  if (!DATABASE_URL) {
    requireRoomForFirstStart(DATA_DIR, config.DISK_MIN_FREE_MB * MEGABYTE);
    const { openPglite } = await import('../platform/database/pglite.ts');
    return createDatabase(await openPglite(DATA_DIR, onQuery), residency);
  }
  const onError = (err: Error) => log.warn({ err }, 'database connection lost');
  const database = createDatabase(openPostgres(DATABASE_URL, DATABASE_POOL, onError, onQuery), residency);
  try {
    await database.ping();
    return database;
  } catch (error) {
    await database.close();
    throw new DatabaseUnreachable(DATABASE_URL, error);
  }
}
