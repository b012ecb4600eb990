import { type Kysely, sql } from 'kysely';

/**
 * A gate's proposal that waits is reminded of once, and the evaluation of a judgement is found by an index. The index of
 * requests by their deadline served no query.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`drop index if exists approvals.approvals_tenant_id_due_at_idx`.execute(db);
  await sql`alter table gates.evaluations add column reminded_at timestamptz`.execute(db);
  await sql`create index on gates.evaluations (tenant_id, judgement_id)`.execute(db);
  await sql`
    create index on gates.evaluations (tenant_id, due_at)
    where proposal is not null and waived_by is null and reminded_at is null`.execute(db);
}
