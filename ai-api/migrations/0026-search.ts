import { type Kysely, sql } from 'kysely';

/** Sizes of vectors that come from the embedders one can configure; larger ones have no index and are compared all. */
const DIMENSIONS = [100, 256, 512, 1024, 1536];

/**
 * Headings are searched with the text below them; vectors in memory can tell whether they are still true; and where a
 * server has pgvector 0.8 or later, large collections get an index. The index of words goes: under row level security
 * no condition may be evaluated before the tenant's, so that it never served anybody.
 * @see https://github.com/pgvector/pgvector#hnsw
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table models.embedding_spaces add column revision bigint not null default 0`.execute(db);
  await sql`
    create function knowledge.words_of(heading text[], body text) returns tsvector language sql immutable parallel safe
    return to_tsvector('english', array_to_string(heading, ' ') || ' ' || body)`.execute(db);
  await sql`alter table knowledge.passages drop column words`.execute(db);
  await sql`
    alter table knowledge.passages
    add column words tsvector generated always as (knowledge.words_of(heading, text)) stored`.execute(db);
  const { rows } = await sql<{ indexed: boolean }>`
    select exists (
      select from pg_extension
      where extname = 'vector' and string_to_array(extversion, '.')::int[] >= array[0, 8]
        -- The embedded database builds such an index slowly, and compares in memory.
        and version() not like '%wasm%'
    ) as indexed`.execute(db);
  if (!rows[0]?.indexed) return;
  for (const dimensions of DIMENSIONS) {
    await sql`
      create index ${sql.ref(`embeddings_hnsw_${dimensions}`)} on models.embeddings
      using hnsw ((vector::vector(${sql.raw(String(dimensions))})) vector_ip_ops)
      where dimensions = ${sql.raw(String(dimensions))}`.execute(db);
  }
}
