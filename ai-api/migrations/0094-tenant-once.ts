import { type Kysely, sql } from 'kysely';

/** Tables of which a statement looks at most rows of a tenant. */
const TABLES = ['models.embeddings', 'context.passages'];

/**
 * The tenant of a transaction is asked for once in a statement, in a subquery, and not for every row that a search by
 * meaning compares: that took more than half of its time.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const table of TABLES)
    await sql`
      alter policy tenant_isolation on ${sql.table(table)}
      using (tenant_id = (select platform.current_tenant())) with check (tenant_id = (select platform.current_tenant()))`.execute(
      db,
    );
}
