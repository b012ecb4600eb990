import { type Selectable, sql } from 'kysely';
import type { Schema, TenantTransaction } from '../../platform/database/index.ts';
import type { Aged } from '../../platform/retention.ts';

export type CallRecord = Selectable<Schema['models.calls']>;

/** A row as it is written; the database fills in the tenant. */
export type CallRow = Omit<CallRecord, 'tenant_id' | 'started_at'> & { started_at: string };

/** Appends rows by one statement, which costs the same for one row and for many. */
export async function insertCalls(transaction: TenantTransaction, rows: readonly CallRow[]): Promise<void> {
  await sql`
    insert into models.calls (id, call_id, attempt, kind, purpose, subject, judgement_id, person, session_id,
      prompt_name, prompt_version, provider, model, outcome, error, tokens_in, tokens_out, tokens_cached,
      tokens_estimated, cost_micros, latency_ms, trace_id, input, output, started_at, prompt_link)
    select id, call_id, attempt, kind, purpose, subject, judgement_id, person, session_id,
      prompt_name, prompt_version, provider, model, outcome, error, tokens_in, tokens_out, tokens_cached,
      tokens_estimated, cost_micros, latency_ms, trace_id, input, output, started_at, prompt_link
    from json_to_recordset(${JSON.stringify(rows)}::json) as call (id uuid, call_id uuid, attempt integer, kind text,
      purpose text, subject text, judgement_id uuid, person text, session_id text, prompt_name text,
      prompt_version text, provider text, model text, outcome text, error text, tokens_in integer,
      tokens_out integer, tokens_cached integer, tokens_estimated boolean, cost_micros bigint,
      latency_ms integer, trace_id text, input text, output text, started_at timestamptz,
      prompt_link integer)`.execute(transaction);
}

/** Micro-dollars spent since a moment. */
export async function spentSince(transaction: TenantTransaction, since: Date): Promise<number> {
  const row = await transaction
    .selectFrom('models.calls')
    .select(sql<number>`coalesce(sum(cost_micros), 0)::bigint`.as('spent'))
    .where('started_at', '>=', since)
    .executeTakeFirst();
  return Number(row?.spent ?? 0);
}

/** What the calls of one trace used; the cost is null where none of them has a price. */
export async function usageOfTrace(
  transaction: TenantTransaction,
  traceId: string,
): Promise<{ tokensIn: number; tokensOut: number; costMicros: number | null }> {
  const row = await transaction
    .selectFrom('models.calls')
    .select((eb) => [
      eb.fn.sum<number | null>('tokens_in').as('tokensIn'),
      eb.fn.sum<number | null>('tokens_out').as('tokensOut'),
      eb.fn.sum<number | null>('cost_micros').as('cost'),
    ])
    .where('trace_id', '=', traceId)
    .executeTakeFirstOrThrow();
  return {
    tokensIn: Number(row.tokensIn ?? 0),
    tokensOut: Number(row.tokensOut ?? 0),
    costMicros: row.cost === null ? null : Number(row.cost),
  };
}

/** A tenant's own budget for a day, in micro-dollars; null when it has none of its own. */
export async function findBudget(transaction: TenantTransaction): Promise<number | null> {
  const row = await transaction.selectFrom('models.budgets').select('daily_micros').executeTakeFirst();
  return row ? Number(row.daily_micros) : null;
}

export async function saveBudget(transaction: TenantTransaction, dailyMicros: number | null): Promise<void> {
  if (dailyMicros === null) {
    await transaction.deleteFrom('models.budgets').execute();
    return;
  }
  await sql`
    insert into models.budgets (daily_micros) values (${dailyMicros})
    on conflict (tenant_id) do update set daily_micros = excluded.daily_micros, updated_at = now()`.execute(
    transaction,
  );
}

const hasWords = sql<boolean>`(input is not null or output is not null)`;

/** Calls that began before a moment and whose words are there, with traces from before it. */
export async function countWords(transaction: TenantTransaction, before: Date): Promise<Aged> {
  const { rows } = await sql<Aged>`
    select count(*)::int as count, min(started_at) as oldest from (
      select started_at from models.calls where started_at < ${before} and ${hasWords}
      union all select started_at from models.traces where started_at < ${before}
    ) as words`.execute(transaction);
  return rows[0] ?? { count: 0, oldest: null };
}

/**
 * Forgets the words of calls that began before a moment, and their traces; what calls used and cost stays.
 * @param limit how many calls, and how many traces
 */
export async function forgetWords(
  transaction: TenantTransaction,
  before: Date,
  limit: number,
): Promise<number> {
  const { rows } = await sql<{ calls: number; traces: number }>`
    with calls as (
      update models.calls set input = null, output = null
      where ${hasWords} and id in (
        select id from models.calls where started_at < ${before} and ${hasWords} limit ${limit}) returning 1
    ), traces as (
      delete from models.traces
      where id in (select id from models.traces where started_at < ${before} limit ${limit}) returning 1
    )
    select (select count(*) from calls)::integer as calls, (select count(*) from traces)::integer as traces`.execute(
    transaction,
  );
  return (rows[0]?.calls ?? 0) + (rows[0]?.traces ?? 0);
}
