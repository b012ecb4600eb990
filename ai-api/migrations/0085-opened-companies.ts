import { type Kysely, sql } from 'kysely';

/**
 * Companies that people open for themselves: when, who, and by which link, which opens one only. Whether an address has
 * opened one, and how many were opened, is asked within the transaction that opens another, so that there are functions
 * for it, which see each company. Of a password it is known whether the person set it by a link that went to their
 * address: an administrator who sets one proves nothing of the address.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table identity.tenants
      add column opened_at timestamptz,
      add column opened_by uuid,
      add column opening_hash text unique`.execute(db);
  await sql`create index on identity.tenants (opened_at) where opened_at is not null`.execute(db);
  await sql`
    alter table identity.users
      add column password_is_own boolean not null default false,
      add column invitation_by_mail boolean not null default false`.execute(db);
  await sql`
    create function identity.has_opened(address text) returns boolean
    language sql stable security definer set search_path = ''
    as 'select exists (
      select 1 from identity.tenants tenant join identity.users person on person.id = tenant.opened_by
      where person.email = address)'`.execute(db);
  await sql`
    create function identity.opened_since(since timestamptz) returns integer
    language sql stable security definer set search_path = ''
    as 'select count(*)::integer from identity.tenants where opened_at > since'`.execute(db);
}
