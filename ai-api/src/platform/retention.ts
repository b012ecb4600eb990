import { sql } from 'kysely';
import type { TenantTransaction } from './database/index.ts';
import { DAY_MS } from './durations.ts';

/** Records that are older than a moment. */
export interface Aged {
  count: number;
  /** The moment from which the oldest counts; null without any. */
  oldest: Date | null;
}

/** A kind of data that is deleted when it is older than a company keeps it. */
export interface RetentionKind {
  /** Such as `workflows`. */
  kind: string;
  /** In plain words, such as `Notifications that were sent`. */
  title: string;
  tables: readonly string[];
  /** What stays on purpose when its records go. */
  keeps?: string;
  /** Why it is kept for `minDays` at least. */
  floor?: string;
  /** Days that it is kept where a company did not decide; null for ever, which a company can then choose too. */
  defaultDays: number | null;
  minDays: number;
  maxDays: number;
  /** Days that a period is a multiple of, where it is set in years. */
  unitDays?: number;
  /** Whether the plan of the company limits how long it is kept. */
  isPlanLimited?: true;
  /** The kind whose period it has, where it has none of its own. */
  follows?: string;
  /** The days that the company chose where the module has a setting of its own; the privacy module stores those of all others. */
  days?(transaction: TenantTransaction): Promise<number | null>;
  setDays?(transaction: TenantTransaction, days: number | null): Promise<void>;
  /** The first moment that is kept. Defaults to the beginning of a day (UTC), that many days ago. */
  cutOff?(now: Date, days: number): Date;
  count(transaction: TenantTransaction, before: Date): Promise<Aged>;
  /** What has to be done before any of them go, outside of a transaction. */
  prepare?(tenantId: string, before: Date): Promise<void>;
  /** Deletes at most `limit` of them. @returns how many are gone; 0 when none is left that may go */
  remove(transaction: TenantTransaction, tenantId: string, before: Date, limit: number): Promise<number>;
  /** What has to be done once some of them are gone. */
  after?(tenantId: string): Promise<void>;
}

/** The first moment that is kept of what is kept for some days: the beginning of a day (UTC). */
export function dayAgo(now: Date, days: number): Date {
  return new Date(Math.floor((now.getTime() - days * DAY_MS) / DAY_MS) * DAY_MS);
}

interface Rows {
  table: string;
  /** Column with the moment, or the day, from which a row counts. */
  column: string;
  /** Columns of the key; `id` by default. */
  key?: readonly string[];
  /** Whether the column holds days, and no moments. */
  isDay?: true;
  /** Which rows may go at all, such as `state = 'ended'`; all by default. */
  only?: string;
}

/** A kind of data whose records are rows of one table. */
export function byAge({
  table,
  column,
  key,
  isDay,
  only,
  ...kind
}: Omit<RetentionKind, 'tables' | 'count' | 'remove'> & Rows): RetentionKind {
  const rows: Rows = {
    table,
    column,
    ...(key ? { key } : {}),
    ...(isDay ? { isDay } : {}),
    ...(only ? { only } : {}),
  };
  return {
    ...kind,
    tables: [table],
    count: (transaction, before) => countOlder(transaction, rows, before),
    remove: (transaction, _tenantId, before, limit) => removeOlder(transaction, rows, before, limit),
  };
}

/** How many rows are older than a moment. */
export async function countOlder(transaction: TenantTransaction, rows: Rows, before: Date): Promise<Aged> {
  const { rows: found } = await sql<{ count: number; oldest: Date | null }>`
    select count(*)::int as count, min(${moment(rows)}) as oldest
    from ${sql.table(rows.table)} where ${older(rows, before)}`.execute(transaction);
  return found[0] ?? { count: 0, oldest: null };
}

/** Deletes at most `limit` rows that are older than a moment, the oldest first. @returns how many are gone */
export async function removeOlder(
  transaction: TenantTransaction,
  rows: Rows,
  before: Date,
  limit: number,
): Promise<number> {
  const key = sql.join((rows.key ?? ['id']).map((name) => sql.id(name)));
  const { numAffectedRows } = await sql`
    delete from ${sql.table(rows.table)} where (${key}) in (
      select ${key} from ${sql.table(rows.table)} where ${older(rows, before)}
      order by ${sql.id(rows.column)} limit ${limit})`.execute(transaction);
  return Number(numAffectedRows ?? 0);
}

function older({ column, isDay, only }: Rows, before: Date) {
  const end = isDay ? sql`${before.toISOString().slice(0, 10)}::date` : sql`${before}::timestamptz`;
  return sql<boolean>`${sql.id(column)} < ${end} ${only === undefined ? sql`` : sql`and (${sql.raw(only)})`}`;
}

const moment = ({ column, isDay }: Rows) =>
  isDay ? sql`${sql.id(column)}::timestamp at time zone 'UTC'` : sql`${sql.id(column)}`;
