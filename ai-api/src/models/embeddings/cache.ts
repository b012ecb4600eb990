import { createHash } from 'node:crypto';
import { endianness } from 'node:os';
import { sql } from 'kysely';
import type { Database } from '../../platform/database/index.ts';
import type { EmbeddingCall, Space } from './embedder.ts';

/** What is remembered is found by the text's content alone. */
export function contentHash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

interface Place extends Pick<EmbeddingCall, 'tenantId' | 'inputType'> {
  space: Space;
}

/** Vectors of a space by the hash of their text. */
export function findCached(
  database: Database,
  { tenantId, inputType, space }: Place,
  hashes: readonly string[],
): Promise<Map<string, Float32Array>> {
  return database.withTenant(tenantId, async (transaction) => {
    const rows = await transaction
      .selectFrom('models.embedding_cache')
      .select(['content_hash', 'vector'])
      .where('provider', '=', space.provider)
      .where('model', '=', space.model)
      .where('dimensions', '=', space.dimensions)
      .where('input_type', '=', inputType)
      .where('content_hash', 'in', hashes)
      .execute();
    return new Map(rows.map((row) => [row.content_hash, fromBytes(row.vector)]));
  });
}

export async function storeCached(
  database: Database,
  { tenantId, inputType, space }: Place,
  vectors: ReadonlyMap<string, Float32Array>,
): Promise<void> {
  if (vectors.size === 0) return;
  const values = [...vectors].map(([hash, vector]) => ({
    ...space,
    input_type: inputType,
    content_hash: hash,
    vector: toBytes(vector),
  }));
  await database.withTenant(tenantId, (transaction) =>
    transaction
      .insertInto('models.embedding_cache')
      .values(values)
      .onConflict((conflict) => conflict.doNothing())
      .execute(),
  );
}

/** Forgets vectors that were made before a moment. */
export async function forgetCached(database: Database, before: Date): Promise<void> {
  await sql`delete from models.embedding_cache where used_at < ${before}`.execute(
    database.system('vectors are forgotten by their age, whosever they are'),
  );
}

const IS_LITTLE = endianness() === 'LE';

function toBytes(vector: Float32Array): Buffer {
  const bytes = Buffer.from(vector.buffer.slice(vector.byteOffset, vector.byteOffset + vector.byteLength));
  return IS_LITTLE ? bytes : bytes.swap32();
}

function fromBytes(bytes: Uint8Array): Float32Array {
  // A copy, because numbers of four bytes have to begin at a multiple of four.
  const copy = Buffer.from(Uint8Array.from(bytes).buffer);
  if (!IS_LITTLE) copy.swap32();
  return new Float32Array(copy.buffer, copy.byteOffset, copy.byteLength / 4);
}
