import type { TenantTransaction } from '../../../platform/database/index.ts';
import type { FileRecord, VersionRecord } from './store.ts';

export type DueVersion = Pick<VersionRecord, 'id' | 'file_id' | 'object_key'> & Pick<FileRecord, 'bucket'>;

export async function markDeleted(transaction: TenantTransaction, id: string, now: Date): Promise<void> {
  await transaction.updateTable('files.files').set({ deleted_at: now }).where('id', '=', id).execute();
}

/** A file that was deleted and whose bytes may be there still. */
export function findFileToPurge(transaction: TenantTransaction, id: string): Promise<FileRecord | undefined> {
  return transaction
    .selectFrom('files.files')
    .selectAll()
    .where('id', '=', id)
    .where('deleted_at', 'is not', null)
    .executeTakeFirst();
}

/** With its versions, scans and permissions. */
export async function deleteFileRow(transaction: TenantTransaction, id: string): Promise<void> {
  await transaction.deleteFrom('files.files').where('id', '=', id).execute();
}

/** An upload that was never finished goes, and its file with it when it has no other version. */
export async function deleteVersionRow(
  transaction: TenantTransaction,
  { id, file_id }: Pick<VersionRecord, 'id' | 'file_id'>,
): Promise<void> {
  await transaction.deleteFrom('files.versions').where('id', '=', id).execute();
  await transaction
    .deleteFrom('files.files')
    .where('id', '=', file_id)
    .where((eb) =>
      eb.not(
        eb.exists(eb.selectFrom('files.versions').select('id').whereRef('file_id', '=', 'files.files.id')),
      ),
    )
    .execute();
}

const due = (transaction: TenantTransaction) =>
  transaction
    .selectFrom('files.versions as version')
    .innerJoin('files.files as file', 'file.id', 'version.file_id')
    .select(['version.id', 'version.file_id', 'version.object_key', 'file.bucket'])
    .where('file.deleted_at', 'is', null)
    .orderBy('version.id')
    .limit(500);

export function expiredUploads(transaction: TenantTransaction, now: Date): Promise<DueVersion[]> {
  return due(transaction)
    .where('version.state', '=', 'receiving')
    .where('version.expires_at', '<', now)
    .execute();
}

/** Versions that were refused or quarantined before `before` and still have their bytes. */
export function oldRefused(transaction: TenantTransaction, before: Date): Promise<DueVersion[]> {
  return due(transaction)
    .where('version.state', 'in', ['rejected', 'quarantined'])
    .where('version.bytes', '>', 0)
    .where('version.scanned_at', '<', before)
    .execute();
}

/** Whether another version has the same content, and may still be read or released. */
export async function hasCopy(
  transaction: TenantTransaction,
  { id, object_key }: Pick<VersionRecord, 'id' | 'object_key'>,
): Promise<boolean> {
  const other = await transaction
    .selectFrom('files.versions')
    .select('id')
    .where('object_key', '=', object_key)
    .where('id', '<>', id)
    .where('bytes', '>', 0)
    .executeTakeFirst();
  return other !== undefined;
}
