import { type Kysely, sql } from 'kysely';

/** What a person asks to have corrected, and what they were answered. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table privacy.requests
      add column answer text,
      add column is_access_recorded boolean not null default true,
      drop constraint requests_kind_check,
      add constraint requests_kind_check
        check (kind in ('export', 'erasure', 'objection', 'opt_out', 'company_export', 'correction'))`.execute(
    db,
  );
  // They are from before there were access records.
  await sql`update privacy.requests set is_access_recorded = false`.execute(db);
  await sql`create index on privacy.requests (tenant_id, subject, id)`.execute(db);
}
