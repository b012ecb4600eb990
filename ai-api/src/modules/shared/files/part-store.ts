import { type Selectable, sql } from 'kysely';
import type { Schema, TenantTransaction } from '../../../platform/database/index.ts';

export type PartRecord = Pick<
  Selectable<Schema['files.parts']>,
  'version_id' | 'start' | 'bytes' | 'object_key'
>;

/** Parts of an upload in their order. */
export function partsOf(transaction: TenantTransaction, versionId: string): Promise<PartRecord[]> {
  return transaction
    .selectFrom('files.parts')
    .select(['version_id', 'start', 'bytes', 'object_key'])
    .where('version_id', '=', versionId)
    .orderBy('start')
    .execute();
}

/**
 * Adds a part behind what has arrived so far.
 * @returns false when another request has added one there, or the upload has ended
 */
export async function addPart(transaction: TenantTransaction, part: PartRecord): Promise<boolean> {
  const { numUpdatedRows } = await transaction
    .updateTable('files.versions')
    .set({ received: sql<number>`received + ${part.bytes}` })
    .where('id', '=', part.version_id)
    .where('state', '=', 'receiving')
    .where('received', '=', part.start)
    .executeTakeFirst();
  if (numUpdatedRows !== 1n) return false;
  await transaction.insertInto('files.parts').values(part).execute();
  return true;
}

/** Which of some keys a part has. */
export async function keysOfParts(
  transaction: TenantTransaction,
  keys: readonly string[],
): Promise<Set<string>> {
  if (keys.length === 0) return new Set();
  const rows = await transaction
    .selectFrom('files.parts')
    .select('object_key')
    .where('object_key', 'in', [...keys])
    .execute();
  return new Set(rows.map(({ object_key }) => object_key));
}

/** @returns the keys of the parts that are gone */
export async function deleteParts(transaction: TenantTransaction, versionId: string): Promise<string[]> {
  const rows = await transaction
    .deleteFrom('files.parts')
    .where('version_id', '=', versionId)
    .returning('object_key')
    .execute();
  return rows.map(({ object_key }) => object_key);
}
