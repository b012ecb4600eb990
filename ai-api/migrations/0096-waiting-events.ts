import { type Kysely, sql } from 'kysely';

/**
 * The event comes first in the index of steps that wait for one: with the company first, a plan that was made for few
 * waiting steps read all of the company's at each event.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create index tasks_waiting on workflows.tasks (wait_event, tenant_id, wait_key)
    where state = 'waiting' and wait_event is not null`.execute(db);
  await sql`drop index workflows.tasks_tenant_id_wait_event_wait_key_idx`.execute(db);
}
