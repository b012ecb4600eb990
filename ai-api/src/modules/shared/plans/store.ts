import { type Selectable, sql } from 'kysely';
import type { Feature, Plan, Quota } from '../../../contract/plans.ts';
import type { Database, Schema, TenantTransaction } from '../../../platform/database/index.ts';
import type { CompanyTerms, Override } from './entitlements.ts';

export type CompanyRecord = Selectable<Schema['plans.companies']>;
export type OverrideRecord = Selectable<Schema['plans.overrides']>;
type CompanyChange = Partial<
  Pick<
    CompanyRecord,
    | 'base_plan'
    | 'customer_id'
    | 'subscription_id'
    | 'plan'
    | 'status'
    | 'period_end'
    | 'trial_end'
    | 'ends_at_period_end'
    | 'past_due_since'
    | 'read_at'
  >
>;

/** The company of the transaction; undefined before it is known here. */
export function findCompany(transaction: TenantTransaction): Promise<CompanyRecord | undefined> {
  return transaction.selectFrom('plans.companies').selectAll().executeTakeFirst();
}

/** Makes the company known, with the plan that it has without a subscription. Does nothing where it is known. */
export async function ensureCompany(transaction: TenantTransaction, basePlan: Plan): Promise<void> {
  await transaction
    .insertInto('plans.companies')
    .values({ base_plan: basePlan })
    .onConflict((conflict) => conflict.column('tenant_id').doNothing())
    .execute();
}

/** Sets the plan that the company has without a subscription. */
export async function setBasePlan(transaction: TenantTransaction, basePlan: Plan): Promise<void> {
  await ensureCompany(transaction, basePlan);
  await transaction
    .updateTable('plans.companies')
    .set({ base_plan: basePlan })
    .where('base_plan', '<>', basePlan)
    .execute();
}

/**
 * Changes the company if it is still at the version that was seen.
 * @returns false when it was changed in the meantime
 */
export async function changeCompany(
  transaction: TenantTransaction,
  seen: number,
  change: CompanyChange,
  now: Date,
): Promise<boolean> {
  const changed = await transaction
    .updateTable('plans.companies')
    .set({ ...change, version: seen + 1, updated_at: now })
    .where('version', '=', seen)
    .executeTakeFirst();
  return changed.numUpdatedRows > 0n;
}

/**
 * Notes that Stripe says what is stored already. It is no change, so that readings at the same time do not hinder each other.
 * @returns false when the company was changed in the meantime
 */
export async function confirmCompany(
  transaction: TenantTransaction,
  seen: number,
  now: Date,
): Promise<boolean> {
  const confirmed = await transaction
    .updateTable('plans.companies')
    .set({ read_at: now })
    .where('version', '=', seen)
    .executeTakeFirst();
  return confirmed.numUpdatedRows > 0n;
}

/** The tenant of a customer at Stripe; undefined for customers of others. */
export async function tenantOfCustomer(database: Database, customerId: string): Promise<string | undefined> {
  const row = await database
    .system('finds the tenant that a signed event of Stripe is about')
    .selectFrom('plans.companies')
    .select('tenant_id')
    .where('customer_id', '=', customerId)
    .executeTakeFirst();
  return row?.tenant_id;
}

/** Takes an event of Stripe once. @returns false when it was taken before */
export async function insertStripeEvent(
  transaction: TenantTransaction,
  { id, type }: { id: string; type: string },
  now: Date,
): Promise<boolean> {
  const row = await transaction
    .insertInto('plans.stripe_events')
    .values({ id, type, received_at: now })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

/** What decides what a company may use, by one statement; null before the company is known here. */
export async function readTerms(transaction: TenantTransaction, now: Date): Promise<CompanyTerms | null> {
  const { rows } = await sql<{
    base_plan: Plan;
    plan: Plan;
    status: CompanyRecord['status'];
    past_due_since: Date | null;
    overrides: readonly Record<
      'plan' | 'feature' | 'quota' | 'created_at' | 'ends_at' | 'ended_at',
      string | null
    >[];
  }>`
    select company.base_plan, company.plan, company.status, company.past_due_since, coalesce(
      (select json_agg(json_build_object('plan', plan, 'feature', feature, 'quota', quota, 'value', value,
        'created_at', created_at, 'ends_at', ends_at, 'ended_at', ended_at) order by created_at)
      from plans.overrides where ends_at > ${now}), '[]') as overrides
    from plans.companies company`.execute(transaction);
  const [row] = rows;
  if (!row) return null;
  return {
    basePlan: row.base_plan,
    subscription: { plan: row.plan, status: row.status, pastDueSince: row.past_due_since },
    overrides: row.overrides.map((one) => overrideOf(one as never)),
  };
}

function overrideOf(row: {
  plan: Plan | null;
  feature: Feature | null;
  quota: Quota | null;
  value: number | null;
  created_at: string;
  ends_at: string;
  ended_at: string | null;
}): Override {
  return {
    plan: row.plan,
    feature: row.feature,
    quota: row.quota,
    value: row.value,
    createdAt: new Date(row.created_at),
    endsAt: new Date(row.ends_at),
    endedAt: row.ended_at === null ? null : new Date(row.ended_at),
  };
}

/**
 * Counts one on a day while it is within the limit, by one statement: of many at once, no more pass than the limit.
 * @returns how many are used after it; null when there is no room for it
 */
export async function countUp(
  transaction: TenantTransaction,
  { quota, day, limit }: { quota: string; day: string; limit: number | null },
): Promise<number | null> {
  const most = limit ?? Number.MAX_SAFE_INTEGER;
  const { rows } = await sql<{ used: number }>`
    insert into plans.counters as counter (quota, day, used)
    select ${quota}, ${day}::date, 1 where 1 <= ${most}::bigint
    on conflict (tenant_id, quota, day) do update set used = counter.used + 1
    where counter.used < ${most}::bigint
    returning used`.execute(transaction);
  return rows[0] ? Number(rows[0].used) : null;
}

/** Takes one off the count of the day on which it was counted. */
export async function countDown(
  transaction: TenantTransaction,
  { quota, day }: { quota: string; day: string },
): Promise<void> {
  await sql`
    update plans.counters set used = greatest(used - 1, 0)
    where quota = ${quota} and day = ${day}::date`.execute(transaction);
}

/** What was used on a day, by quota. */
export async function usedOn(transaction: TenantTransaction, day: string): Promise<Map<string, number>> {
  const rows = await transaction
    .selectFrom('plans.counters')
    .select(['quota', 'used'])
    .where('day', '=', day)
    .execute();
  return new Map(rows.map(({ quota, used }) => [quota, Number(used)]));
}

/** Remembers that a notice was given. @returns false when it was given in this period before, about the same limit */
export async function insertNotice(
  transaction: TenantTransaction,
  { quota, period, limit, percent }: { quota: string; period: string; limit: number; percent: number },
): Promise<boolean> {
  const row = await transaction
    .insertInto('plans.notices')
    .values({ quota, period, quota_limit: limit, percent })
    .onConflict((conflict) =>
      conflict.columns(['tenant_id', 'quota', 'period', 'quota_limit', 'percent']).doNothing(),
    )
    .returning('percent')
    .executeTakeFirst();
  return row !== undefined;
}

/** Waits for others of the company that add to the same capacity, until the transaction ends. */
export async function lockCapacity(transaction: TenantTransaction, capacity: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('plans ' || platform.current_tenant() || ' ' || ${capacity}, 0))`.execute(
    transaction,
  );
}

/** Forgets counts, notices and ids of events that nothing reads any more. */
export async function forgetOld(
  transaction: TenantTransaction,
  before: Date,
  eventsBefore: Date,
): Promise<void> {
  await transaction
    .deleteFrom('plans.counters')
    .where('day', '<', before.toISOString().slice(0, 10))
    .execute();
  await transaction.deleteFrom('plans.notices').where('created_at', '<', before).execute();
  await transaction.deleteFrom('plans.stripe_events').where('received_at', '<', eventsBefore).execute();
}
