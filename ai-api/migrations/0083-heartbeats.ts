import { type Kysely, sql } from 'kysely';

/**
 * A heartbeat in one statement. The function limits itself to the company as a tenant's transaction does: row level security
 * decides what it sees and changes, until the statement ends. It extends a held session whose time is not over, if its licence
 * is active and no session of it has to be ended first; otherwise, and where the data of the company stays elsewhere, it
 * answers no row.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function licences.extend_held(
      company uuid, here text, of_licence uuid, of_session uuid, by_device text, idle integer, now_ms bigint)
    returns table (
      id uuid, member text, device text, user_name text, group_name text, state text, lease_until timestamptz,
      queue_seq bigint, idle_seconds integer, version integer, starts_at timestamptz, expires_at timestamptz,
      max_seats integer, policy jsonb, seats_used integer, seats_waiting integer)
    language plpgsql as $$
    #variable_conflict use_column
    declare
      moment timestamptz := to_timestamp(now_ms / 1000.0);
    begin
      if here is not null and platform.data_region(company) <> here then return; end if;
      perform set_config('role', 'ai_manager_app', true), set_config('app.current_tenant', company::text, true);
      return query
        with extended as (
          update licences.sessions as session set
            lease_until = least(
              moment + make_interval(secs => (licence.policy->>'ttlSeconds')::integer), licence.expires_at),
            idle_seconds = idle
          from licences.licences as licence
          where licence.id = of_licence and licence.state = 'active'
            and licence.seats_at <= now_ms and licence.seats_due > now_ms
            and (licence.expires_at is null or licence.expires_at > moment)
            and session.id = of_session and session.licence_id = of_licence and session.device = by_device
            and session.state = 'held' and session.lease_until > moment
          returning session.id, session.member, session.device, session.user_name, session.group_name, session.state,
            session.lease_until, session.queue_seq, session.idle_seconds, licence.version, licence.starts_at,
            licence.expires_at, licence.max_seats, licence.policy, licence.seats_used, licence.seats_waiting
        )
        select * from extended;
    end $$`.execute(db);
}
