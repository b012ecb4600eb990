import { type Kysely, sql } from 'kysely';

/** Which devices had a seat of a licence on a day (UTC), where their number is limited: a seat that moves on is not forgotten. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table licences.device_days (
      licence_id uuid not null references licences.licences (id),
      day date not null,
      device text not null,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      primary key (licence_id, day, device)
    )`.execute(db);
  await sql`select platform.protect('licences.device_days')`.execute(db);
}
