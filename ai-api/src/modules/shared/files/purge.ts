import type { TenantTransaction } from '../../../platform/database/index.ts';
import { record, systemActor } from '../audit/index.ts';
import { deleteParts } from './part-store.ts';
import type { Parts } from './parts.ts';
import {
  deleteFileRow,
  deleteVersionRow,
  expiredUploads,
  findFileToPurge,
  isShared,
  markDeleted,
  oldRefused,
  tenantsWithFiles,
} from './purge-store.ts';
import { changeVersion, readSettings, versionsOf } from './store.ts';

const PURGE_QUEUE = 'files.purge';
const INCOMING = 'incoming/';
const DAY_MS = 24 * 60 * 60 * 1000;

interface PurgeJob {
  tenantId: string;
  fileId: string;
}

/** Deletes a file: it cannot be reached from the commit on; its bytes and rows go in the background. */
export async function deleteFile(
  { jobs }: Pick<Parts, 'jobs'>,
  transaction: TenantTransaction,
  tenantId: string,
  fileId: string,
  now: Date,
): Promise<void> {
  await markDeleted(transaction, fileId, now);
  await jobs.enqueue<PurgeJob>(transaction, PURGE_QUEUE, [{ tenantId, fileId }]);
}

/** Deletes what was deleted, uploads that were not finished, and bytes that were refused long ago. */
export function definePurge(parts: Parts): void {
  const { jobs, database, log } = parts;
  jobs.define<PurgeJob>({
    name: PURGE_QUEUE,
    priority: 'low',
    concurrency: 1,
    retryLimit: 10,
    retryDelay: 10,
    retryDelayMax: 600,
    expireInSeconds: 600,
    handle: ({ tenantId, fileId }) => purgeFile(parts, tenantId, fileId),
    onDead: async () => {},
  });
  jobs.schedule({
    name: 'files.sweep',
    cron: '25 * * * *',
    run: async () => {
      for (const tenantId of await tenantsWithFiles(database)) {
        const swept = await sweepTenant(parts, tenantId);
        if (swept > 0)
          log.info({ tenantId, swept }, 'uploads that were not finished or refused are discarded');
      }
      await sweepParts(parts);
    },
  });
}

/** The objects first: a crash in between leaves rows that name them, and the job runs again. */
async function purgeFile(parts: Parts, tenantId: string, fileId: string): Promise<void> {
  const { database, bucket, atPoint } = parts;
  const found = await database.withTenant(tenantId, async (transaction) => {
    const file = await findFileToPurge(transaction, fileId);
    return file && { file, versions: await versionsOf(transaction, fileId) };
  });
  if (!found) return;
  const store = bucket(found.file.bucket);
  for (const { object_key } of found.versions) await store.delete(object_key);
  atPoint('objects purged');
  const keys = await database.withTenant(tenantId, async (transaction) => {
    const parts: string[] = [];
    for (const { id } of found.versions) parts.push(...(await deleteParts(transaction, id)));
    await deleteFileRow(transaction, fileId);
    return parts;
  });
  for (const key of keys) await store.delete(key);
}

/** @returns how many versions lost their bytes */
export async function sweepTenant(parts: Parts, tenantId: string): Promise<number> {
  const now = parts.now();
  const due = await parts.database.withTenant(tenantId, async (transaction) => {
    const { refused_days } = await readSettings(transaction);
    return [
      ...(await expiredUploads(transaction, now)),
      ...(await oldRefused(transaction, new Date(now.getTime() - refused_days * DAY_MS))),
    ];
  });
  for (const version of due) {
    const store = parts.bucket(version.bucket);
    const isKept = await parts.database.withTenant(tenantId, (transaction) => isShared(transaction, version));
    if (!isKept) await store.delete(version.object_key);
    const keys = await parts.database.withTenant(tenantId, async (transaction) => {
      const gone = await deleteParts(transaction, version.id);
      const isUpload = version.state === 'receiving';
      if (isUpload) await deleteVersionRow(transaction, version);
      else await changeVersion(transaction, version.id, { bytes: 0, state: 'rejected' });
      await record(transaction, systemActor(tenantId, 'file.sweep'), {
        subject: `file:${version.file_id}`,
        details: [
          {
            about: [],
            content: { version: version.version, discarded: isUpload ? 'unfinished' : 'refused' },
          },
        ],
      });
      return gone;
    });
    for (const key of keys) await store.delete(key);
  }
  return due.length;
}

/** Parts whose upload is not there any more: their names hold the time of the upload. */
async function sweepParts({ bucket, uploadHours, now }: Parts): Promise<void> {
  const store = bucket('files');
  const before = now().getTime() - uploadHours * 60 * 60 * 1000 - DAY_MS;
  for (let cursor: string | null = null; ; ) {
    const page = await store.list(INCOMING, cursor === null ? {} : { cursor });
    for (const key of page.keys) if (startedAt(key) < before) await store.delete(key);
    if (page.nextCursor === null) return;
    cursor = page.nextCursor;
  }
}

/** When the upload of a part began, from its UUIDv7; now for a name that is not ours. */
function startedAt(key: string): number {
  const [, , versionId = ''] = key.split('/');
  const time = Number.parseInt(versionId.replaceAll('-', '').slice(0, 12), 16);
  return Number.isNaN(time) ? Date.now() : time;
}

/** Where a part of a resumable upload is kept until the upload is complete. */
export function partKey(tenantId: string, versionId: string, part: string): string {
  return `${INCOMING}${tenantId}/${versionId}/${part}`;
}
