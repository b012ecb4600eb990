import { type Kysely, sql } from 'kysely';

/**
 * The number that a person proved to be theirs, which is that of the profile or an earlier one, and the code on its way to
 * the number of the profile. A number that was entered before is not verified: its owner enters a code once.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table notifications.profiles
      add column verified_phone text,
      add column phone_code text,
      add column phone_code_until timestamptz,
      add column phone_code_failures integer not null default 0`.execute(db);
}
