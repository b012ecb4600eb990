import type { TenantTransaction } from '../../../platform/database/index.ts';
import { deleteParts } from './part-store.ts';
import type { Parts } from './parts.ts';
import { deleteFileRow, findFileToPurge, markDeleted } from './purge-store.ts';
import { versionsOf } from './store.ts';

const PURGE_QUEUE = 'files.purge';

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

/** Deletes the bytes and rows of files that were deleted. */
export function definePurge(parts: Parts): void {
  parts.jobs.define<PurgeJob>({
    name: PURGE_QUEUE,
    priority: 'low',
    concurrency: 1,
    retryLimit: 10,
    retryDelay: 10,
    retryDelayMax: 600,
    expireInSeconds: 600,
    freesSpace: true,
    handle: ({ tenantId, fileId }) => purgeFile(parts, tenantId, fileId),
    onDead: async () => {},
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
