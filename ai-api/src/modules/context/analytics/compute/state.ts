import { type Selectable, sql } from 'kysely';
import type { Schema, TenantTransaction } from '../../../../platform/database/index.ts';

type State = Omit<Selectable<Schema['context.analytics_state']>, 'tenant_id'>;

const NEVER: State = { computed_until: null, closed_before: null, retention_days: null };

/** Until when figures were computed, and how long conversations are kept. */
export async function readState(transaction: TenantTransaction): Promise<State> {
  const row = await transaction
    .selectFrom('context.analytics_state')
    .select(['computed_until', 'closed_before', 'retention_days'])
    .executeTakeFirst();
  return row ?? NEVER;
}

/** The time of the database: what is compared with the times at which its rows changed. */
export async function databaseTime(transaction: TenantTransaction): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`select now() as now`.execute(transaction);
  return (rows[0] as { now: Date }).now;
}

export async function writeState(transaction: TenantTransaction, change: Partial<State>): Promise<void> {
  await transaction
    .insertInto('context.analytics_state')
    .values({ ...change })
    .onConflict((conflict) => conflict.column('tenant_id').doUpdateSet({ ...change }))
    .execute();
}

/**
 * Begins a computation: one of a company at a time, until the transaction ends, with memory for aggregates of many rows
 * and without their compilation, which takes longer than they do.
 */
export async function beginComputation(transaction: TenantTransaction): Promise<void> {
  await sql`
    select pg_advisory_xact_lock(hashtextextended('context.analytics ' || platform.current_tenant()::text, 0)),
      set_config('work_mem', '64MB', true), set_config('jit', 'off', true)`.execute(transaction);
}
