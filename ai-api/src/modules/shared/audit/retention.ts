import { sql } from 'kysely';
import type { Logger } from 'pino';
import type { Database } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import { systemActor } from './actor.ts';
import { record } from './record.ts';
import { erasePayloads, hasContentBefore, retentionYears } from './store.ts';

/** Months whose partitions are there before they begin. */
const MONTHS_AHEAD = 3;

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

/**
 * Erases the personal data of every tenant that is older than its policy allows, with an entry that records it.
 * @returns how many parts of entries lost their content
 */
export async function applyRetention(database: Database, now: Date): Promise<number> {
  const tenants = await database
    .system('retention applies to every tenant')
    .selectFrom('audit.heads')
    .select('tenant_id')
    .execute();
  let erased = 0;
  for (const { tenant_id } of tenants) erased += await retire(database, tenant_id, now);
  return erased;
}

function retire(database: Database, tenantId: string, now: Date): Promise<number> {
  return database.withTenant(tenantId, async (transaction) => {
    const years = await retentionYears(transaction);
    const olderThan = new Date(now);
    olderThan.setUTCFullYear(now.getUTCFullYear() - years);
    if (!(await hasContentBefore(transaction, olderThan))) return 0;
    const seq = await record(transaction, systemActor(tenantId, 'audit.retention'), {
      subject: `payloads before ${olderThan.toISOString()}`,
      details: [],
    });
    return erasePayloads(transaction, { olderThan }, `older than ${years} years`, seq);
  });
}

/** Prepares partitions and applies retention every night. */
export function scheduleRetention(jobs: Jobs, database: Database, now: () => Date, log: Logger): void {
  jobs.schedule({
    name: 'audit.retention',
    cron: '10 2 * * *',
    run: async () => {
      const partitions = await ensurePartitions(database, now());
      const erased = await applyRetention(database, now());
      if (partitions + erased > 0) log.info({ partitions, erased }, 'retention applied to the audit trail');
    },
  });
}
