import { type Kysely, sql } from 'kysely';

/**
 * When a person proved that the address of their account is theirs: by a link that was e-mailed to it, or by a provider that
 * verified it. A company that a person opened for themselves is written for to such addresses only.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table identity.users add column email_confirmed_at timestamptz`.execute(db);
  await sql`update identity.users set email_confirmed_at = updated_at where password_is_own`.execute(db);
  // Who opened a company had proved the address by then.
  await sql`
    update identity.users as person set email_confirmed_at = person.updated_at
    from identity.tenants tenant where tenant.opened_by = person.id and person.email_confirmed_at is null`.execute(
    db,
  );
}
