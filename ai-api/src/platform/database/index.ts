import type { Kysely, Transaction } from 'kysely';
import { sql } from 'kysely';
import type { ConstructorOptions } from 'pg-boss';
import type { PoolState } from '../telemetry/metrics.ts';
import { type Residency, requireHere, UNDECLARED } from './residency.ts';
import type { Schema } from './schema.ts';

export { DataElsewhere, dataRegionOf, isHere, type Residency, requireHere, staysHere } from './residency.ts';
export type { Schema } from './schema.ts';
/** A transaction that sees one tenant's rows only. */
export type TenantTransaction = Transaction<Schema>;

/** The role that tenant transactions run as; it owns nothing and is subject to row level security. */
export const APP_ROLE = 'ai_manager_app';

/** The part of the queue's options that says where its database is. */
export type QueueConnection = Pick<ConstructorOptions, 'db' | 'backend' | 'connectionString' | 'max'>;

/** What a driver opens: the two ways of talking to one database. */
export interface Connection {
  driver: 'pglite' | 'postgres';
  kysely: Kysely<Schema>;
  /** How the job queue reaches the same database. */
  queue: QueueConnection;
  listen: Listen;
  pool(): PoolState;
  close(): Promise<void>;
}

/**
 * Hears the notifications of a channel (LISTEN/NOTIFY), from this process and all others. Null means that some
 * may have been missed, as after a lost connection. Answers how to stop.
 */
export type Listen = (
  channel: string,
  hear: (payload: string | null) => void,
) => Promise<() => Promise<void>>;

/** The database behind one door: nothing reads or writes a tenant's rows but through `withTenant`. */
export interface Database {
  readonly driver: Connection['driver'];
  readonly queue: QueueConnection;
  readonly listen: Listen;
  /** Where this installation keeps its data. */
  readonly residency: Residency;
  /**
   * Runs `work` in one transaction that row level security limits to `tenantId`. Commits when it
   * resolves, rolls back when it rejects.
   * @param anyRegion also for a company whose data stays elsewhere: to identify the caller and to return the URL
   * @param snapshot every statement sees what was committed before the first one (repeatable read), so that rows
   *   which belong together are shown together
   * @throws {import('./residency.ts').DataElsewhere} before `work` runs
   */
  withTenant<T>(
    tenantId: string,
    work: (transaction: TenantTransaction) => Promise<T>,
    options?: { anyRegion?: boolean; snapshot?: boolean },
  ): Promise<T>;
  /**
   * Owner's access without a tenant, for migrations and for the few lookups that find the tenant itself.
   * `purpose` is there for the reader: each use has to say why it may.
   */
  system(purpose: string): Kysely<Schema>;
  /** Rejects when the database does not answer. */
  ping(): Promise<void>;
  /** The connections at this moment. */
  pool(): PoolState;
  close(): Promise<void>;
}

/** Puts a {@link Connection} behind {@link Database}. */
export function createDatabase(connection: Connection, residency: Residency = UNDECLARED): Database {
  const { kysely } = connection;
  const isChecked = residency.region !== null;

  /** Limits the transaction to a tenant, and reads in the same statement where the tenant's data stays. */
  async function enter(transaction: TenantTransaction, tenantId: string, anyRegion: boolean): Promise<void> {
    const region =
      isChecked && !anyRegion
        ? sql<string | null>`platform.data_region(${tenantId}::uuid)`
        : sql<string | null>`null::text`;
    const { rows } = await sql<{ region: string | null }>`
      select set_config('role', ${APP_ROLE}, true), set_config('app.current_tenant', ${tenantId}, true),
        ${region} as region`.execute(transaction);
    requireHere(residency, rows[0]?.region ?? null);
  }

  return {
    residency,
    driver: connection.driver,
    queue: connection.queue,
    listen: connection.listen,
    withTenant: (tenantId, work, { anyRegion = false, snapshot = false } = {}) =>
      kysely
        .transaction()
        .setIsolationLevel(snapshot ? 'repeatable read' : 'read committed')
        .execute(async (transaction) => {
          await enter(transaction, tenantId, anyRegion);
          return work(transaction);
        }),
    system: () => kysely,
    ping: async () => {
      await sql`select 1`.execute(kysely);
    },
    pool: () => connection.pool(),
    close: () => connection.close(),
  };
}
