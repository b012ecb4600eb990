import { sql } from 'kysely';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import type { FileRecord } from './store.ts';

const ERASED = 'erased person';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

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

/** Takes the name of a person off what they uploaded. */
export async function namesErased(transaction: TenantTransaction, owner: string): Promise<void> {
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
}

export async function removePermissionsOf(transaction: TenantTransaction, userId: string): Promise<void> {
  if (!UUID.test(userId)) return;
  await transaction.deleteFrom('files.permissions').where('user_id', '=', userId).execute();
}
