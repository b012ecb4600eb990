import { type Kysely, sql } from 'kysely';

/** The period by which data of a kind is deleted, apart from the one that is chosen: a shorter one waits for a dry run. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table privacy.retention
      add column is_chosen boolean not null default false,
      add column in_force_days integer check (in_force_days > 0),
      add column in_force_at timestamptz,
      add column dry_run_days integer,
      add column unrecorded bigint not null default 0`.execute(db);
  await keepChoices(db);
  await keepSettings(db);
}

/** What was tried out stays in force; a choice that was not waits for a dry run, as before. */
async function keepChoices(db: Kysely<unknown>): Promise<void> {
  await sql`
    update privacy.retention set is_chosen = true, in_force_at = now(), dry_run_days = days,
      in_force_days = case when dry_run_at >= set_at then days end`.execute(db);
}

/** Periods that companies set in the settings of a module are in force; what a plan limits is kept as long as before. */
async function keepSettings(db: Kysely<unknown>): Promise<void> {
  const inForce = (kind: string, table: string, days: string) => sql`
    insert into privacy.retention (tenant_id, kind, set_by, in_force_days, in_force_at)
    select tenant_id, ${sql.lit(kind)}, 'system', ${sql.raw(days)}, now() from ${sql.table(table)}
    on conflict (tenant_id, kind) do update set in_force_days = excluded.in_force_days
      where privacy.retention.days is distinct from excluded.in_force_days`;
  await inForce('workflows', 'workflows.settings', 'keep_days').execute(db);
  await inForce('notifications', 'notifications.settings', 'retention_days').execute(db);
  await inForce('conversations', 'context.analytics_state', 'retention_days').execute(db);
  await inForce('audit-content', 'audit.retention_policies', 'years * 365').execute(db);
  await sql`
    insert into privacy.retention (tenant_id, kind, set_by, in_force_days, in_force_at)
    select tenant_id, 'work-records', 'system', (value ->> 'workRecordDays')::integer, now()
    from approvals.settings where value ? 'workRecordDays'
    on conflict (tenant_id, kind) do update set in_force_days = excluded.in_force_days
      where privacy.retention.days is distinct from excluded.in_force_days`.execute(db);
  await sql`
    insert into privacy.retention (tenant_id, kind, set_by, in_force_days, in_force_at)
    select tenant.id, kind.name, 'system', kind.days, now() from identity.tenants as tenant
    cross join (values ('conversations', null::integer), ('questions', null), ('agent-executions', null),
      ('workflows', 365), ('notifications', 365)) as kind (name, days)
    on conflict (tenant_id, kind) do nothing`.execute(db);
}
