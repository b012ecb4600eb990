import { sql } from 'kysely';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import type { FileRecord } from './store.ts';

const ERASED = 'erased person';

/** Files about a subject such as `builder:b-001`. */
export function filesAbout(transaction: TenantTransaction, subject: string): Promise<FileRecord[]> {
  return transaction
    .selectFrom('files.files')
    .selectAll()
    .where('deleted_at', 'is', null)
    .where(sql<boolean>`about @> array[${subject}]::text[]`)
    .orderBy('id')
    .execute();
}

/** Files with a version that a person uploaded. */
export function filesOf(transaction: TenantTransaction, owner: string): Promise<FileRecord[]> {
  return transaction
    .selectFrom('files.files as file')
    .selectAll('file')
    .where('file.deleted_at', 'is', null)
    .where((eb) =>
      eb.or([
        eb('file.owner', '=', owner),
        eb.exists(
          eb
            .selectFrom('files.versions as version')
            .select('version.id')
            .whereRef('version.file_id', '=', 'file.id')
            .where('version.uploaded_by', '=', owner),
        ),
      ]),
    )
    .orderBy('file.id')
    .execute();
}

/** Files that a person shared. */
export function filesSharedBy(transaction: TenantTransaction, userId: string): Promise<FileRecord[]> {
  return transaction
    .selectFrom('files.files')
    .selectAll()
    .where('deleted_at', 'is', null)
    .where('id', 'in', (eb) =>
      eb.selectFrom('files.permissions').select('file_id').where('granted_user', '=', userId),
    )
    .orderBy('id')
    .execute();
}

/** Files with a version that a person released from quarantine. */
export function filesReleasedBy(transaction: TenantTransaction, userId: string): Promise<FileRecord[]> {
  return transaction
    .selectFrom('files.files')
    .selectAll()
    .where('deleted_at', 'is', null)
    .where('id', 'in', (eb) =>
      eb.selectFrom('files.versions').select('file_id').where('released_user', '=', userId),
    )
    .orderBy('id')
    .execute();
}

/** Takes the name of a person off what they uploaded, shared and released. */
export async function namesErased(transaction: TenantTransaction, userId: string): Promise<void> {
  const owner = `user:${userId}`;
  await transaction
    .updateTable('files.files')
    .set({ owner_name: ERASED })
    .where('owner', '=', owner)
    .execute();
  await transaction
    .updateTable('files.versions')
    .set({ uploaded_name: ERASED })
    .where('uploaded_by', '=', owner)
    .execute();
  await transaction
    .updateTable('files.versions')
    .set({ released_by: ERASED })
    .where('released_user', '=', userId)
    .execute();
  await transaction
    .updateTable('files.permissions')
    .set({ granted_by: ERASED })
    .where('granted_user', '=', userId)
    .execute();
}
