import { type Selectable, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Database, Schema, TenantTransaction } from '../../../platform/database/index.ts';

export type PermissionRecord = Selectable<Schema['files.permissions']>;

/** Permissions of a file, oldest first; links that expired are left out. */
export function permissionsOf(
  transaction: TenantTransaction,
  fileId: string,
  now: Date,
): Promise<PermissionRecord[]> {
  return transaction
    .selectFrom('files.permissions')
    .selectAll()
    .where('file_id', '=', fileId)
    .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', now)]))
    .orderBy('id')
    .execute();
}

export function insertPermission(
  transaction: TenantTransaction,
  values: Pick<
    PermissionRecord,
    | 'file_id'
    | 'kind'
    | 'role'
    | 'user_id'
    | 'token_hash'
    | 'access'
    | 'expires_at'
    | 'granted_by'
    | 'granted_user'
  >,
): Promise<PermissionRecord> {
  return transaction
    .insertInto('files.permissions')
    .values({ id: uuidv7(), ...values })
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** @returns undefined when there is none */
export function deletePermission(
  transaction: TenantTransaction,
  fileId: string,
  id: string,
): Promise<PermissionRecord | undefined> {
  return transaction
    .deleteFrom('files.permissions')
    .where('file_id', '=', fileId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst();
}

/** The company and the file of a link, before its company is known. */
export function findLink(
  database: Database,
  tokenHash: string,
  now: Date,
): Promise<{ id: string; tenant_id: string; file_id: string } | undefined> {
  return database
    .system('the link determines the company, so it is looked up before there is one')
    .selectFrom('files.permissions')
    .select(['id', 'tenant_id', 'file_id'])
    .where('token_hash', '=', tokenHash)
    .where('expires_at', '>', now)
    .executeTakeFirst();
}

export async function countDownload(transaction: TenantTransaction, id: string): Promise<void> {
  await transaction
    .updateTable('files.permissions')
    .set({ downloads: sql<number>`downloads + 1` })
    .where('id', '=', id)
    .execute();
}
