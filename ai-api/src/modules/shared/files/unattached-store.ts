import type { Selectable } from 'kysely';
import type { Schema, TenantTransaction } from '../../../platform/database/index.ts';

/** An object that may be stored and has no version yet. */
type UnattachedRecord = Pick<Selectable<Schema['files.unattached']>, 'object_key' | 'bucket'>;

const MAX_DISCARDED = 500;

/** Notes an object before its bytes are stored, so that it is found when no version follows. */
export async function noteUnattached(
  transaction: TenantTransaction,
  values: UnattachedRecord & { created_at: Date },
): Promise<void> {
  await transaction.insertInto('files.unattached').values(values).execute();
}

/** Takes an object over into a version. @returns false when it is discarded already */
export async function takeUnattached(transaction: TenantTransaction, key: string): Promise<boolean> {
  const { numDeletedRows } = await transaction
    .deleteFrom('files.unattached')
    .where('object_key', '=', key)
    .where('discarded_at', 'is', null)
    .executeTakeFirst();
  return numDeletedRows === 1n;
}

/** Marks objects that were noted before a moment: from the commit on no version can take them. */
export function discardUnattached(
  transaction: TenantTransaction,
  before: Date,
  now: Date,
): Promise<UnattachedRecord[]> {
  return transaction
    .updateTable('files.unattached')
    .set({ discarded_at: now })
    .where('object_key', 'in', (eb) =>
      eb
        .selectFrom('files.unattached')
        .select('object_key')
        .where('created_at', '<', before)
        .orderBy('created_at')
        .limit(MAX_DISCARDED),
    )
    .returning(['object_key', 'bucket'])
    .execute();
}

/** Forgets objects that were discarded and are deleted. */
export async function forgetUnattached(
  transaction: TenantTransaction,
  keys: readonly string[],
): Promise<void> {
  await transaction
    .deleteFrom('files.unattached')
    .where('object_key', 'in', [...keys])
    .where('discarded_at', 'is not', null)
    .execute();
}
