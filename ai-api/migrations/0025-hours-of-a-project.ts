import { type Kysely, sql } from 'kysely';

/** Finds the manual hours approved on a project in a month. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create index on approvals.approvals (tenant_id, project_id, day) where state = 'approved'`.execute(db);
}
