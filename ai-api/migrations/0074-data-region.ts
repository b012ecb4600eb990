import { type Kysely, sql } from 'kysely';

/**
 * A company chooses its region once: when, and whether its data was stored in another region before, which is the word
 * of its administrator. Regions that were declared before keep both unknown. Every transaction asks where the data of
 * its company stays, so that there is one function for it, which sees each company.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table identity.tenants
      add column data_region_chosen_at timestamptz,
      add column data_stored_elsewhere boolean`.execute(db);
  await sql`
    create function platform.data_region(company uuid) returns text
    language sql stable security definer set search_path = ''
    as 'select data_region from identity.tenants where id = company'`.execute(db);
}
