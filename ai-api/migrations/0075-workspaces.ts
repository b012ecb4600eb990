import { type Kysely, sql } from 'kysely';

/** E-mail domains whose people join a company when they sign in, and the delivery of the e-mails that invite people. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table identity.domains (
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      domain text not null check (domain = lower(domain)),
      roles text[] not null,
      token text not null,
      added_by text not null,
      verified_how text check (verified_how in ('dns', 'administrator')),
      verified_at timestamptz,
      created_at timestamptz not null,
      primary key (tenant_id, domain),
      check (num_nonnulls(verified_how, verified_at) in (0, 2))
    )`.execute(db);
  await sql`create unique index on identity.domains (domain) where verified_at is not null`.execute(db);
  await sql`select platform.protect('identity.domains')`.execute(db);
  await sql`
    alter table identity.users
      add column self_registered boolean not null default false,
      add column invitation_requested_at timestamptz,
      add column invitation_sent_at timestamptz,
      add column invitation_error text`.execute(db);
  await sql`create index on identity.users (email)`.execute(db);
  await sql`create index on identity.external_identities (issuer, subject)`.execute(db);
}
