import { type Kysely, sql } from 'kysely';

/** The sizes whose indexes 0026 made. */
const DIMENSIONS = [100, 256, 512, 1024, 1536];

/**
 * pgvector alone compares vectors: it is taken into use at each start, by `src/models/embeddings/pgvector.ts`, because
 * a server may get it after its migrations ran. The indexes for the inner product go. `revision` of a space is no longer
 * used; it stays for processes of the version before, which write it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const dimensions of DIMENSIONS)
    await sql`drop index if exists models.${sql.ref(`embeddings_hnsw_${dimensions}`)}`.execute(db);
  await sql`alter table knowledge.turns add column meaning text`.execute(db);
}
