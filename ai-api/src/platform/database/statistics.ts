import { sql } from 'kysely';
import type { Jobs } from '../jobs/index.ts';
import type { Database } from './index.ts';

/**
 * Keeps the planner's statistics of the embedded database, which has no autovacuum: without them every table seems to be
 * empty, and searches take several times as long. A table is looked at when it has none, and again when its size has
 * changed by a tenth.
 */
export function defineStatistics(database: Database, jobs: Pick<Jobs, 'schedule'>): void {
  if (database.driver !== 'pglite') return;
  jobs.schedule({
    name: 'database.statistics',
    cron: '*/10 * * * *',
    run: () => refreshStatistics(database),
  });
}

/** Reads the statistics of tables that have grown or shrunk since. */
export async function refreshStatistics(database: Database): Promise<void> {
  const owner = database.system('statistics of the planner');
  const { rows } = await sql<{ name: string }>`
    select format('%I.%I', nspname, relname) as name
    from pg_class join pg_namespace as namespace on namespace.oid = relnamespace,
      lateral (select pg_relation_size(pg_class.oid) / current_setting('block_size')::integer as pages) as now
    where relkind = 'r' and nspname not in ('pg_catalog', 'information_schema')
      and (abs(pages - relpages) > 4 + relpages / 10
        -- A new index counts pages and rows, and leaves out what the columns hold.
        or pages > 4 and not exists (select from pg_statistic where starelid = pg_class.oid))`.execute(owner);
  for (const { name } of rows) await sql`analyze ${sql.raw(name)}`.execute(owner);
}
