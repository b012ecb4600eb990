import { type Kysely, sql } from 'kysely';

/** Levels that companies name for what is granted alone, by kind of judgement and version. Only ever appended to. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table judgement.levels (
      id uuid primary key,
      tenant_id uuid not null default platform.current_tenant() references identity.tenants (id),
      kind text not null,
      version integer not null check (version > 0),
      confidence double precision not null check (confidence > 0 and confidence < 1),
      agreement double precision not null check (agreement > 0 and agreement < 1),
      state text not null check (state in ('none', 'shadow', 'on', 'withdrawn')),
      score double precision check (score between 0 and 100),
      engine jsonb not null,
      thresholds_version integer not null,
      since timestamptz not null default now(),
      cases_from timestamptz,
      reason text not null,
      set_by text not null,
      created_at timestamptz not null default now(),
      unique (tenant_id, kind, version),
      check (score is not null or state in ('none', 'withdrawn'))
    )`.execute(db);
  await sql`select platform.protect('judgement.levels')`.execute(db);
  await sql`
    create index judgements_by_age on judgement.judgements (tenant_id, kind, created_at desc, id desc)
    where engine <> 'human' and not dry_run`.execute(db);
}
