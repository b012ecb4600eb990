import { type Kysely, sql } from 'kysely';

/**
 * Whether a notification passes preferences and quiet hours, as digests and tests do. It was read from the source, which
 * callers may write.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table notifications.notifications add column regardless boolean not null default false`.execute(db);
  await sql`
    update notifications.notifications set regardless = true
    where (template = 'digest' and created_by = 'digest' and source like 'digest:%') or source = 'test:' || user_id`.execute(
    db,
  );
}
