import { type Selectable, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Schema, TenantTransaction } from '../../../platform/database/index.ts';

export type FileRecord = Selectable<Schema['files.files']>;
export type VersionRecord = Selectable<Schema['files.versions']>;
export type ScanRecord = Selectable<Schema['files.scans']>;
export type SettingsRecord = Pick<
  Selectable<Schema['files.settings']>,
  'quota_bytes' | 'require_scan' | 'refused_days'
>;

export type NewFile = Pick<
  FileRecord,
  'id' | 'name' | 'category' | 'origin' | 'bucket' | 'owner' | 'owner_name' | 'about'
>;
export type NewVersion = Pick<
  VersionRecord,
  | 'id'
  | 'file_id'
  | 'object_key'
  | 'bytes'
  | 'received'
  | 'content_type'
  | 'state'
  | 'uploaded_by'
  | 'uploaded_name'
> &
  Partial<VersionRecord>;

const files = (transaction: TenantTransaction) =>
  transaction.selectFrom('files.files').selectAll().where('deleted_at', 'is', null);

/** A file that was not deleted. */
export function findFile(transaction: TenantTransaction, id: string): Promise<FileRecord | undefined> {
  return files(transaction).where('id', '=', id).executeTakeFirst();
}

/** A file under its lock, which orders its versions. */
export function lockFile(transaction: TenantTransaction, id: string): Promise<FileRecord | undefined> {
  return files(transaction).where('id', '=', id).forUpdate().executeTakeFirst();
}

/** Makes a file; one that is there already is left as it is. */
export async function insertFile(transaction: TenantTransaction, values: NewFile): Promise<void> {
  await transaction
    .insertInto('files.files')
    .values(values)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
}

/** Adds the next version of a file that is locked. */
export async function addVersion(
  transaction: TenantTransaction,
  file: Pick<FileRecord, 'id' | 'version'>,
  values: NewVersion,
): Promise<VersionRecord> {
  const version = values.version ?? file.version + 1;
  await transaction
    .updateTable('files.files')
    .set({ version: sql<number>`greatest(version, ${version})`, updated_at: sql<Date>`now()` })
    .where('id', '=', file.id)
    .execute();
  return transaction
    .insertInto('files.versions')
    .values({ ...values, version })
    .returningAll()
    .executeTakeFirstOrThrow();
}

export function findVersion(
  transaction: TenantTransaction,
  fileId: string,
  version: number,
): Promise<VersionRecord | undefined> {
  return transaction
    .selectFrom('files.versions')
    .selectAll()
    .where('file_id', '=', fileId)
    .where('version', '=', version)
    .executeTakeFirst();
}

/** A version by its own id. */
export function findVersionById(
  transaction: TenantTransaction,
  id: string,
): Promise<VersionRecord | undefined> {
  return transaction.selectFrom('files.versions').selectAll().where('id', '=', id).executeTakeFirst();
}

/** A version under its lock, by its own id. */
export function lockVersion(transaction: TenantTransaction, id: string): Promise<VersionRecord | undefined> {
  return transaction
    .selectFrom('files.versions')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
}

/** Versions of a file, newest first. */
export function versionsOf(transaction: TenantTransaction, fileId: string): Promise<VersionRecord[]> {
  return transaction
    .selectFrom('files.versions')
    .selectAll()
    .where('file_id', '=', fileId)
    .orderBy('version', 'desc')
    .execute();
}

/** The newest version of each of several files. */
export async function newestOf(
  transaction: TenantTransaction,
  fileIds: readonly string[],
): Promise<Map<string, VersionRecord>> {
  if (fileIds.length === 0) return new Map();
  const rows = await transaction
    .selectFrom('files.versions as version')
    .innerJoin('files.files as file', (join) =>
      join.onRef('file.id', '=', 'version.file_id').onRef('file.version', '=', 'version.version'),
    )
    .selectAll('version')
    .where('version.file_id', 'in', [...fileIds])
    .execute();
  return new Map(rows.map((row) => [row.file_id, row]));
}

export function changeVersion(
  transaction: TenantTransaction,
  id: string,
  change: Partial<Omit<VersionRecord, 'id' | 'tenant_id' | 'file_id' | 'version' | 'created_at'>>,
): Promise<VersionRecord> {
  return transaction
    .updateTable('files.versions')
    .set(change)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Versions that were restored from the same content are held back with it. */
export async function holdCopies(
  transaction: TenantTransaction,
  { id, object_key }: Pick<VersionRecord, 'id' | 'object_key'>,
  change: Pick<VersionRecord, 'state' | 'scan' | 'reason' | 'scanned_at'>,
): Promise<void> {
  const rows = await transaction
    .updateTable('files.versions')
    .set(change)
    .where('object_key', '=', object_key)
    .where('id', '<>', id)
    .where('state', '=', 'ready')
    .returning('file_id')
    .execute();
  for (const { file_id } of rows) await settleReadyVersion(transaction, file_id);
}

/** Whether an owner uploaded the content of a version, or restored it, in this version or another. */
export async function isUploadedBy(
  transaction: TenantTransaction,
  { object_key }: Pick<VersionRecord, 'object_key'>,
  owner: string,
): Promise<boolean> {
  const found = await transaction
    .selectFrom('files.versions')
    .select('id')
    .where('object_key', '=', object_key)
    .where('uploaded_by', '=', owner)
    .executeTakeFirst();
  return found !== undefined;
}

/** Makes the newest version that is ready the one that is downloaded. */
export async function settleReadyVersion(transaction: TenantTransaction, fileId: string): Promise<void> {
  await sql`
    update files.files set updated_at = now(), ready_version =
      (select max(version) from files.versions where file_id = files.files.id and state = 'ready')
    where id = ${fileId}`.execute(transaction);
}

export async function addScan(
  transaction: TenantTransaction,
  values: Pick<ScanRecord, 'version_id' | 'outcome' | 'scanner' | 'finding' | 'at'>,
): Promise<void> {
  await transaction
    .insertInto('files.scans')
    .values({ id: uuidv7(), ...values })
    .execute();
}

/** Scans of several versions, oldest first. */
export async function scansOf(
  transaction: TenantTransaction,
  versionIds: readonly string[],
): Promise<ScanRecord[]> {
  if (versionIds.length === 0) return [];
  return transaction
    .selectFrom('files.scans')
    .selectAll()
    .where('version_id', 'in', [...versionIds])
    .orderBy('id')
    .execute();
}

/** Settings of the company; the defaults until it has some. */
export async function readSettings(transaction: TenantTransaction): Promise<SettingsRecord> {
  const row = await transaction
    .selectFrom('files.settings')
    .select(['quota_bytes', 'require_scan', 'refused_days'])
    .executeTakeFirst();
  return row ?? { quota_bytes: 10 * 1024 ** 3, require_scan: false, refused_days: 30 };
}

/** Settings under their lock, so that of two uploads that together pass the quota one is refused. */
export async function lockSettings(transaction: TenantTransaction): Promise<SettingsRecord> {
  await sql`insert into files.settings (tenant_id) values (platform.current_tenant()) on conflict do nothing`.execute(
    transaction,
  );
  return transaction
    .selectFrom('files.settings')
    .select(['quota_bytes', 'require_scan', 'refused_days'])
    .forUpdate()
    .executeTakeFirstOrThrow();
}

export async function writeSettings(
  transaction: TenantTransaction,
  values: Partial<SettingsRecord>,
): Promise<SettingsRecord> {
  const before = await lockSettings(transaction);
  if (Object.keys(values).length === 0) return before;
  return transaction
    .updateTable('files.settings')
    .set(values)
    .returning(['quota_bytes', 'require_scan', 'refused_days'])
    .executeTakeFirstOrThrow();
}

/** Bytes that are kept, also of refused and quarantined versions, and the number of versions that have some, by category. */
export async function usageByCategory(
  transaction: TenantTransaction,
): Promise<{ category: FileRecord['category']; bytes: number; versions: number }[]> {
  const { rows } = await sql<{ category: FileRecord['category']; bytes: number; versions: number }>`
    select file.category, coalesce(sum(version.bytes), 0)::bigint as bytes, count(*)::integer as versions
    from files.versions as version join files.files as file on file.id = version.file_id
    where version.bytes > 0
    group by 1 order by 1`.execute(transaction);
  return rows.map(({ category, bytes, versions }) => ({ category, bytes: Number(bytes), versions }));
}
