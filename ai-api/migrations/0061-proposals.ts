import { type Kysely, sql } from 'kysely';

/**
 * What an engine would decide against a person is proposed to a person, and what contradicts the records is handed
 * back to its author. Rows from before keep what engines decided then: `adverse` is filled in from now on.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table judgement.judgements
      add column proposal jsonb,
      add column incomplete jsonb not null default '[]',
      add column adverse boolean not null default false,
      add constraint adverse_by_a_person check (not adverse or (engine = 'human' and decided_by is not null))`.execute(
    db,
  );
  await sql`alter table approvals.approvals add column proposal text`.execute(db);
  await sql`
    alter table gates.evaluations add column proposal text, add column due_at timestamptz`.execute(db);
  await sql`
    create index on approvals.approvals (tenant_id, due_at) where proposal is not null`.execute(db);
}
