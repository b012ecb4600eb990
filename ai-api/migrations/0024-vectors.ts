import { type Kysely, sql } from 'kysely';

/**
 * Takes pgvector where the server has it and lets us: vectors are then compared by it, else in plain SQL.
 * @see https://github.com/pgvector/pgvector
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    do $$ begin
      if exists (select from pg_available_extensions where name = 'vector') then
        create extension if not exists vector with schema public;
      end if;
    exception when insufficient_privilege or unique_violation then
      raise notice 'pgvector is there, but may not be created by this role';
    end $$`.execute(db);
}
