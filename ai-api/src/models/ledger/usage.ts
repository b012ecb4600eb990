import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { TenantTransaction } from '../../platform/database/index.ts';
import type { CallRecord } from './store.ts';

export type UsageKey = 'day' | 'model' | 'purpose' | 'person' | 'prompt';

export interface CallFilter {
  /** Inclusive. */
  from: Date;
  /** Exclusive. */
  to: Date;
  kind?: 'chat' | 'embedding' | undefined;
  purpose?: string | undefined;
  /** Provider and model. */
  model?: string | undefined;
  person?: string | undefined;
  judgementId?: string | undefined;
  failed?: boolean | undefined;
}

export interface UsageSum {
  attempts: number;
  failed: number;
  tokens_in: number;
  tokens_out: number;
  tokens_cached: number;
  cost_micros: number;
  unpriced: number;
}

const KEYS: Record<UsageKey, RawBuilder<string>> = {
  day: sql`to_char(started_at at time zone 'UTC', 'YYYY-MM-DD')`,
  model: sql`provider || ':' || model`,
  purpose: sql`purpose`,
  person: sql`coalesce(person, '')`,
  prompt: sql`coalesce(prompt_name || '@' || prompt_version, '')`,
};

function matches(filter: CallFilter): RawBuilder<SqlBool> {
  const parts = [sql`started_at >= ${filter.from}`, sql`started_at < ${filter.to}`];
  if (filter.kind) parts.push(sql`kind = ${filter.kind}`);
  if (filter.purpose !== undefined) parts.push(sql`purpose = ${filter.purpose}`);
  if (filter.model !== undefined) parts.push(sql`provider || ':' || model = ${filter.model}`);
  if (filter.person !== undefined) parts.push(sql`person = ${filter.person}`);
  if (filter.judgementId !== undefined) parts.push(sql`judgement_id = ${filter.judgementId}::uuid`);
  if (filter.failed !== undefined) parts.push(filter.failed ? sql`outcome <> 'ok'` : sql`outcome = 'ok'`);
  return sql<SqlBool>`${sql.join(parts, sql` and `)}`;
}

/** Sums by the given keys, in their order, after the keys `after`. Each row's `keys` are in the order of `by`. */
export async function sumUsage(
  transaction: TenantTransaction,
  by: readonly UsageKey[],
  filter: CallFilter,
  after: readonly string[] | null,
  limit: number,
): Promise<(UsageSum & { keys: string[] })[]> {
  // Bytes, so that the order is the same on every server.
  const keys = sql`array[${sql.join(by.map((key) => sql`(${KEYS[key]}) collate "C"`))}]::text[]`;
  const { rows } = await sql<UsageSum & { keys: string[] }>`
    select * from (
      select ${keys} as keys, count(*)::integer as attempts,
        (count(*) filter (where outcome <> 'ok'))::integer as failed,
        sum(tokens_in)::bigint as tokens_in, sum(tokens_out)::bigint as tokens_out,
        sum(tokens_cached)::bigint as tokens_cached, coalesce(sum(cost_micros), 0)::bigint as cost_micros,
        (count(*) filter (where cost_micros is null))::integer as unpriced
      from models.calls where ${matches(filter)} group by 1
    ) as sums
    ${after ? sql`where keys collate "C" > ${after}::text[]` : sql``}
    order by keys collate "C" limit ${limit}`.execute(transaction);
  return rows;
}

/** Attempts of the ledger, newest first. */
export async function listCalls(
  transaction: TenantTransaction,
  filter: CallFilter,
  before: { at: string; id: string } | null,
  limit: number,
): Promise<CallRecord[]> {
  const { rows } = await sql<CallRecord>`
    select * from models.calls where ${matches(filter)}
    ${before ? sql`and (started_at, id) < (${before.at}::timestamptz, ${before.id}::uuid)` : sql``}
    order by started_at desc, id desc limit ${limit}`.execute(transaction);
  return rows;
}
