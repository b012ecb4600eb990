import { sql } from 'kysely';
import { APP_ROLE, type Database } from '../database/index.ts';

/** The schema that pg-boss keeps its tables in. */
export const JOB_SCHEMA = 'jobs';

const ATTEMPTS = 5;
const DEADLOCK = '40P01';

/**
 * Lets tenant transactions enqueue, list and retry, each tenant its own jobs: those whose data carries its
 * `tenantId`. Jobs without one belong to the platform; no list shows them. Running it again changes nothing: on a new
 * database pg-boss looks after its tables at the same moment, in another order.
 */
export async function openToTenants(database: Database): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await changeTables(database);
    } catch (error) {
      if (attempt === ATTEMPTS || (error as { code?: string }).code !== DEADLOCK) throw error;
    }
  }
}

async function changeTables(database: Database): Promise<void> {
  const kysely = database.system('grant the job tables to the application role');
  const schema = sql.id(JOB_SCHEMA);
  const role = sql.id(APP_ROLE);
  await sql`
    do $$ declare target regclass; begin
      -- Two processes that start at once would both find no policy, and fail to change the same privileges.
      perform pg_advisory_xact_lock(hashtext('jobs: open to tenants'));
      grant usage on schema ${schema} to ${role};
      grant select, insert, update, delete on all tables in schema ${schema} to ${role};
      grant usage on all sequences in schema ${schema} to ${role};
      grant execute on all functions in schema ${schema} to ${role};
      foreach target in array array['jobs.job', 'jobs.job_common']::regclass[] loop
        if not exists (select from pg_policy where polrelid = target and polname = 'tenant_isolation') then
          execute format('alter table %s enable row level security', target);
          execute format(
            'create policy tenant_isolation on %s to ai_manager_app
               using (data ->> ''tenantId'' is null or data ->> ''tenantId'' = platform.current_tenant()::text)
               with check (data ->> ''tenantId'' is null or data ->> ''tenantId'' = platform.current_tenant()::text)',
            target);
        end if;
      end loop;
      if to_regclass('jobs.job_common_by_tenant') is null then
        create index job_common_by_tenant on jobs.job_common ((data ->> 'tenantId'), created_on desc, id desc);
      end if;
    end $$`.execute(kysely);
}

/**
 * Lets at most one job wait in these queues (pg-boss's policy `short`), so that work by the clock does not pile up
 * while every worker is away. pg-boss sets the policy of a queue only when it makes it; these may be older.
 */
export async function letOneWait(database: Database, queues: readonly string[]): Promise<void> {
  if (queues.length === 0) return;
  const kysely = database.system('the policy of queues for work by the clock');
  await sql`
    update ${sql.id(JOB_SCHEMA, 'queue')} set policy = 'short'
    where name in (${sql.join(queues)}) and policy <> 'short'`.execute(kysely);
}
