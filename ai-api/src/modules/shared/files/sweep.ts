import type { TenantTransaction } from '../../../platform/database/index.ts';
import { DAY_MS } from '../../../platform/durations.ts';
import { record, systemActor } from '../audit/index.ts';
import { deleteParts, keysOfParts } from './part-store.ts';
import type { Parts } from './parts.ts';
import { type DueVersion, deleteVersionRow, expiredUploads, hasCopy, oldRefused } from './purge-store.ts';
import { changeVersion, lockFile, lockVersion, readSettings, type VersionRecord } from './store.ts';
import { discardUnattached, forgetUnattached } from './unattached-store.ts';

const INCOMING = 'incoming/';

/** Discards each hour what uploads of every company left behind. */
export function defineSweep(parts: Parts, tenantIds: () => Promise<string[]>): void {
  parts.jobs.schedule({
    name: 'files.sweep',
    cron: '25 * * * *',
    atStart: true,
    run: async () => {
      for (const tenantId of await tenantIds()) {
        const swept = await sweepTenant(parts, tenantId);
        if (swept > 0) parts.log.info({ tenantId, swept }, 'content without a use is discarded');
      }
    },
  });
}

/**
 * Discards uploads that were not finished, content that was refused long ago, and objects without a version.
 * @returns how many there were
 */
export async function sweepTenant(parts: Parts, tenantId: string): Promise<number> {
  const now = parts.now();
  const { uploads, refused, refusedBefore } = await parts.database.withTenant(
    tenantId,
    async (transaction) => {
      const { refused_days } = await readSettings(transaction);
      const refusedBefore = new Date(now.getTime() - refused_days * DAY_MS);
      const uploads = await expiredUploads(transaction, now);
      return { uploads, refused: await oldRefused(transaction, refusedBefore), refusedBefore };
    },
  );
  let swept = 0;
  for (const due of uploads) swept += Number(await discardUpload(parts, tenantId, due, now));
  for (const due of refused) swept += Number(await discardRefused(parts, tenantId, due, refusedBefore));
  swept += await sweepUnattached(parts, tenantId, now);
  return swept + (await sweepParts(parts, tenantId, now));
}

/** A version under its lock and its file's: what was listed may have changed since. Undefined when it is deleted. */
async function lockDue(
  transaction: TenantTransaction,
  { id, file_id }: DueVersion,
): Promise<VersionRecord | undefined> {
  const file = await lockFile(transaction, file_id);
  return file && lockVersion(transaction, id);
}

async function discardUpload(
  { database, bucket }: Parts,
  tenantId: string,
  due: DueVersion,
  now: Date,
): Promise<boolean> {
  const keys = await database.withTenant(tenantId, async (transaction) => {
    const version = await lockDue(transaction, due);
    if (version?.state !== 'receiving' || !version.expires_at || version.expires_at >= now) return null;
    const gone = await deleteParts(transaction, version.id);
    await deleteVersionRow(transaction, version);
    await recordDiscarded(transaction, tenantId, version, 'unfinished');
    return gone;
  });
  for (const key of keys ?? []) await bucket(due.bucket).delete(key);
  return keys !== null;
}

/** First no person can release it any more, then its object is deleted, and only then its row forgets the bytes. */
async function discardRefused(
  { database, bucket }: Parts,
  tenantId: string,
  due: DueVersion,
  before: Date,
): Promise<boolean> {
  const found = await database.withTenant(tenantId, async (transaction) => {
    const version = await lockDue(transaction, due);
    if (!version || !isOldRefused(version, before)) return null;
    await changeVersion(transaction, version.id, { state: 'rejected' });
    return { isShared: await hasCopy(transaction, version) };
  });
  if (!found) return false;
  if (!found.isShared) await bucket(due.bucket).delete(due.object_key);
  await database.withTenant(tenantId, async (transaction) => {
    const version = await lockDue(transaction, due);
    if (!version) return;
    await changeVersion(transaction, version.id, { bytes: 0 });
    await recordDiscarded(transaction, tenantId, version, 'refused');
  });
  return true;
}

function isOldRefused({ state, bytes, scanned_at }: VersionRecord, before: Date): boolean {
  const isRefused = state === 'rejected' || state === 'quarantined';
  return isRefused && bytes > 0 && scanned_at !== null && scanned_at < before;
}

async function recordDiscarded(
  transaction: TenantTransaction,
  tenantId: string,
  { file_id, version }: VersionRecord,
  discarded: 'unfinished' | 'refused',
): Promise<void> {
  await record(transaction, systemActor(tenantId, 'file.sweep'), {
    subject: `file:${file_id}`,
    details: [{ about: [], content: { version, discarded } }],
  });
}

/** Objects whose transaction was refused, or whose process ended before it committed. */
async function sweepUnattached({ database, bucket }: Parts, tenantId: string, now: Date): Promise<number> {
  const before = new Date(now.getTime() - DAY_MS);
  const discarded = await database.withTenant(tenantId, (transaction) =>
    discardUnattached(transaction, before, now),
  );
  if (discarded.length === 0) return 0;
  for (const { object_key, bucket: name } of discarded) await bucket(name).delete(object_key);
  await database.withTenant(tenantId, (transaction) =>
    forgetUnattached(
      transaction,
      discarded.map(({ object_key }) => object_key),
    ),
  );
  return discarded.length;
}

/** Parts that no row names a day after they were stored; a row follows within the request that sends a part. */
async function sweepParts({ bucket, database }: Parts, tenantId: string, now: Date): Promise<number> {
  const store = bucket('files');
  const before = now.getTime() - DAY_MS;
  let swept = 0;
  for (let cursor: string | null = null; ; ) {
    const page = await store.list(`${INCOMING}${tenantId}/`, cursor === null ? {} : { cursor });
    const old = page.keys.filter((key) => storedAt(key) < before);
    const named = await database.withTenant(tenantId, (transaction) => keysOfParts(transaction, old));
    const orphans = old.filter((key) => !named.has(key));
    for (const key of orphans) await store.delete(key);
    swept += orphans.length;
    if (page.nextCursor === null) return swept;
    cursor = page.nextCursor;
  }
}

/** When a part was stored, from its UUIDv7; NaN for a name that is not ours, which is left alone. */
function storedAt(key: string): number {
  const name = key.slice(key.lastIndexOf('/') + 1);
  return Number.parseInt(name.replaceAll('-', '').slice(0, 12), 16);
}

/** Where a part of a resumable upload is kept until the upload is complete. */
export function partKey(tenantId: string, versionId: string, part: string): string {
  return `${INCOMING}${tenantId}/${versionId}/${part}`;
}
