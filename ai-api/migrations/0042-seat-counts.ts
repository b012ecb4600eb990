import { type Kysely, sql } from 'kysely';

/**
 * What a heartbeat needs to know of a licence in its one row, in place of a count of all its sessions: seats in use, callers that
 * wait, and a time (milliseconds since the epoch) before which no session ends. Room in the pages of sessions lets
 * heartbeats update a row where it is, without touching an index.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table licences.licences
      add column seats_used integer not null default 0,
      add column seats_waiting integer not null default 0,
      add column seats_due bigint not null default 0`.execute(db);
  await sql`alter table licences.sessions set (fillfactor = 70)`.execute(db);
}
