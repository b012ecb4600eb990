import { sql } from 'kysely';
import type { Database } from '../../../platform/database/index.ts';

/** Where a reader of a tenant's events is. Transactions may commit in another order than ids are given. */
export interface Position {
  committedIn: number;
  id: string;
}

/** An event that was committed. */
export interface LoggedEvent extends Position {
  type: string;
  data: object;
  occurredAt: Date;
  /** False while an older transaction is open that may still put an event before this one. */
  settled: boolean;
}

export type EventLog = ReturnType<typeof createEventLog>;

/**
 * The outbox as its readers see it. An event is settled once no older transaction is open any more: a reader
 * of the settled events up to a position has read everything that will ever be before it.
 */
export function createEventLog(database: Database) {
  const settled = sql<boolean>`committed_in < pg_snapshot_xmin(pg_current_snapshot())::text::bigint`;

  return {
    /** Which tenants these events belong to; those of `tenantIds` only. */
    tenantsOf: async (eventIds: string[], tenantIds: string[]): Promise<Map<string, string>> => {
      const rows = await database
        .system('a notification carries the event alone; only its tenant is looked up')
        .selectFrom('events.outbox')
        .select(['id', 'tenant_id'])
        .where(sql<boolean>`id = any(${eventIds}::uuid[])`)
        .where(sql<boolean>`tenant_id = any(${tenantIds}::uuid[])`)
        .execute();
      return new Map(rows.map(({ id, tenant_id }) => [id, tenant_id]));
    },

    /** The tenant's newest position; null before its first event. */
    end: (tenantId: string): Promise<Position | null> =>
      database.withTenant(tenantId, async (transaction) => {
        const row = await transaction
          .selectFrom('events.outbox')
          .select(['committed_in as committedIn', 'id'])
          .where(settled)
          .orderBy('committed_in', 'desc')
          .orderBy('id', 'desc')
          .limit(1)
          .executeTakeFirst();
        return row ?? null;
      }),

    /** Where an event of the tenant is; null when it has none with this id. */
    positionOf: (tenantId: string, eventId: string): Promise<Position | null> =>
      database.withTenant(tenantId, async (transaction) => {
        const row = await transaction
          .selectFrom('events.outbox')
          .select(['committed_in as committedIn', 'id'])
          .where('id', '=', eventId)
          .executeTakeFirst();
        return row ?? null;
      }),

    /** Events after a position, oldest first, the settled ones before the others. */
    after: (tenantId: string, position: Position | null, limit: number): Promise<LoggedEvent[]> =>
      database.withTenant(tenantId, (transaction) => {
        const query = transaction
          .selectFrom('events.outbox')
          .select(['committed_in as committedIn', 'id', 'type', 'data', 'occurred_at as occurredAt'])
          .select(settled.as('settled'))
          .orderBy('committed_in')
          .orderBy('id')
          .limit(limit);
        if (!position) return query.execute();
        return query
          .where(sql<boolean>`(committed_in, id) > (${position.committedIn}::bigint, ${position.id}::uuid)`)
          .execute();
      }),
  };
}
