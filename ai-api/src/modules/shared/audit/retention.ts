import { sql } from 'kysely';
import type { Logger } from 'pino';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import { DAY_MS } from '../../../platform/durations.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import type { Aged, RetentionKind } from '../../../platform/retention.ts';
import { systemActor } from './actor.ts';
import { record } from './record.ts';
import { DEFAULT_YEARS, erasePayloads, retentionYears, setRetentionYears } from './store.ts';

/** Months whose partitions are there before they begin. */
const MONTHS_AHEAD = 3;
/** Days of the trail that one transaction empties, with one entry that says so. */
const AT_ONCE_DAYS = 31;
/** Days of a year as periods count it. */
const YEAR = 365;

/**
 * Makes the partitions of this month and the next ones. Without it entries go to the default partition, from
 * which a later call moves them.
 * @returns how many it made
 */
export async function ensurePartitions(database: Database, now: Date): Promise<number> {
  const kysely = database.system('partitions belong to the owner');
  let made = 0;
  for (let ahead = 0; ahead <= MONTHS_AHEAD; ahead++) {
    const month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead, 1));
    const day = month.toISOString().slice(0, 10);
    const { rows } = await sql<{ made: boolean }>`
      select audit.ensure_partition(${day}::date) as made`.execute(kysely);
    if (rows[0]?.made) made += 1;
  }
  return made;
}

/** Prepares partitions every night. */
export function schedulePartitions(jobs: Jobs, database: Database, now: () => Date, log: Logger): void {
  jobs.schedule({
    name: 'audit.partitions',
    cron: '10 2 * * *',
    run: async () => {
      const partitions = await ensurePartitions(database, now());
      if (partitions > 0) log.info({ partitions }, 'partitions of the audit trail were made');
    },
  });
}

/** The first moment of so many years; a year is a calendar year. */
export function yearsAgo(now: Date, days: number): Date {
  const day = new Date(Math.floor(now.getTime() / DAY_MS) * DAY_MS);
  day.setUTCFullYear(day.getUTCFullYear() - Math.floor(days / YEAR));
  return day;
}

/** Days of a number of years, as {@link yearsAgo} counts them. */
export const daysOfYears = (years: number): number => years * YEAR;

/** The content of entries, which is set in years. */
export const auditContent: RetentionKind = {
  kind: 'audit-content',
  title: 'Personal data in the audit trail',
  tables: ['audit.payloads'],
  keeps: 'The entries with their digests, without content: the chain still verifies.',
  floor: 'Auditors ask about the last year.',
  defaultDays: daysOfYears(DEFAULT_YEARS),
  minDays: YEAR,
  maxDays: daysOfYears(100),
  unitDays: YEAR,
  days: async (transaction) => daysOfYears(await retentionYears(transaction)),
  setDays: async (transaction, days) => {
    if (days !== null) await setRetentionYears(transaction, days / YEAR);
  },
  cutOff: yearsAgo,
  count: contentBefore,
  remove: (transaction, tenantId, before) => retire(transaction, tenantId, before),
};

async function contentBefore(transaction: TenantTransaction, before: Date): Promise<Aged> {
  const { rows } = await sql<Aged>`
    select count(*)::int as count, min(recorded_at) as oldest from audit.payloads
    where recorded_at < ${before} and content is not null`.execute(transaction);
  return rows[0] ?? { count: 0, oldest: null };
}

/** Erases the oldest month of what is due, with an entry that records it. */
async function retire(transaction: TenantTransaction, tenantId: string, before: Date): Promise<number> {
  const { oldest } = await contentBefore(transaction, before);
  if (oldest === null) return 0;
  const olderThan = new Date(Math.min(before.getTime(), oldest.getTime() + AT_ONCE_DAYS * DAY_MS));
  const seq = await record(transaction, systemActor(tenantId, 'audit.retention'), {
    subject: `payloads before ${olderThan.toISOString()}`,
    details: [],
  });
  const began = before.toISOString().slice(0, 10);
  return erasePayloads(
    transaction,
    { olderThan },
    `older than the retention period, which began at ${began}`,
    seq,
  );
}
