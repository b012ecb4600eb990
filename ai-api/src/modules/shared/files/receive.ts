import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { v7 as uuidv7 } from 'uuid';
import type { Caller } from '../../../http/caller.ts';
import { invalidField, Problem } from '../../../http/problem.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { type Actor, displayName } from '../audit/index.ts';
import { ownerOf, requireFile, requireOwnVersions } from './access.ts';
import type { Parts } from './parts.ts';
import {
  addVersion,
  type FileRecord,
  insertFile,
  lockFile,
  lockSettings,
  settleReadyVersion,
  usageByCategory,
  type VersionRecord,
} from './store.ts';
import { noteUnattached, takeUnattached } from './unattached-store.ts';
import { CATEGORIES } from './vocabulary.ts';

/** The queue in which versions wait for their inspection. */
export const INSPECT_QUEUE = 'files.inspect';

export interface InspectJob {
  tenantId: string;
  versionId: string;
}

/** Bytes that are stored and belong to no file yet; they are discarded when no version takes them within a day. */
export interface Stored {
  versionId: string;
  key: string;
  bytes: number;
  sha256: string;
}

/** The file that bytes become a version of. */
export interface Target {
  /** An existing file, or the id of a new one. */
  fileId?: string | undefined;
  /** Defaults to the next one. */
  version?: number | undefined;
  name: string;
  category: FileRecord['category'];
  origin: FileRecord['origin'];
  contentType: string;
  comment?: string | undefined;
  /** Whom it is about, such as `builder:b-001`: an export has it, an erasure deletes it. */
  about?: readonly string[];
}

/** The bucket of a category. */
export function bucketOf(category: FileRecord['category']): FileRecord['bucket'] {
  return category === 'export' || category === 'report' ? 'audit' : 'files';
}

/** Stores bytes under a key of their own, before any transaction. @param directory such as `policies` */
export async function storeBytes(
  { database, bucket, atPoint, now }: Parts,
  tenantId: string,
  directory: string,
  category: FileRecord['category'],
  body: Uint8Array | Readable,
  contentType: string,
): Promise<Stored> {
  const versionId = uuidv7();
  const key = `${directory}/${tenantId}/${versionId}`;
  const bucketName = bucketOf(category);
  await database.withTenant(tenantId, (transaction) =>
    noteUnattached(transaction, { object_key: key, bucket: bucketName, created_at: now() }),
  );
  const hash = createHash('sha256');
  let bytes = 0;
  async function* measured(chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>) {
    for await (const chunk of chunks) {
      hash.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
  }
  const measuredBody = Readable.from(measured(body instanceof Uint8Array ? [body] : body));
  await bucket(bucketName).put(key, measuredBody, { contentType });
  atPoint('bytes stored');
  return { versionId, key, bytes, sha256: hash.digest('hex') };
}

/**
 * Makes stored bytes the next version of a file, in the caller's transaction, and lets it be inspected.
 * @throws {Problem} FILE_QUOTA_EXCEEDED, PLAN_LIMIT_REACHED, CONFLICT
 */
export async function attach(
  parts: Parts,
  transaction: TenantTransaction,
  actor: Actor,
  stored: Stored,
  target: Target,
): Promise<VersionRecord> {
  await refuseBeyondQuota(parts, transaction, actor.tenantId, stored.bytes);
  await take(transaction, stored);
  const version = await addTo(transaction, actor, target, {
    id: stored.versionId,
    object_key: stored.key,
    bytes: stored.bytes,
    received: stored.bytes,
    sha256: stored.sha256,
    state: 'scanning',
  });
  await parts.jobs.enqueue<InspectJob>(transaction, INSPECT_QUEUE, [
    { tenantId: actor.tenantId, versionId: version.id },
  ]);
  return version;
}

/** Makes bytes that the system itself wrote a version that is ready at once: no person uploaded them. */
export async function attachMade(
  transaction: TenantTransaction,
  actor: Actor,
  stored: Stored,
  target: Target,
  now: Date,
): Promise<VersionRecord> {
  await take(transaction, stored);
  const version = await addTo(transaction, actor, target, {
    id: stored.versionId,
    object_key: stored.key,
    bytes: stored.bytes,
    received: stored.bytes,
    sha256: stored.sha256,
    state: 'ready',
    scan: 'made here',
    scanned_at: now,
  });
  await settleReadyVersion(transaction, version.file_id);
  return version;
}

/** @throws {Problem} CONFLICT for bytes that are discarded, since it took a day until a version wanted them */
async function take(transaction: TenantTransaction, { key }: Stored): Promise<void> {
  if (!(await takeUnattached(transaction, key)))
    throw new Problem('CONFLICT', 'It took too long, and the stored content was discarded. Send it again.');
}

/**
 * What an upload becomes a version of: an existing file, under its lock, keeps its name and category.
 * @throws {Problem} NOT_FOUND, FORBIDDEN, CONFLICT
 */
export async function uploadTarget(
  transaction: TenantTransaction,
  caller: Caller,
  given: Target,
  now: Date,
): Promise<Target> {
  if (given.fileId === undefined) return given;
  const file = await requireFile(transaction, caller, given.fileId, 'write', { now, isLocked: true });
  requireOwnVersions(file);
  return { ...given, name: file.name, category: file.category };
}

/** Adds a version to its file, which is made when it is new. */
export async function addTo(
  transaction: TenantTransaction,
  actor: Actor,
  { fileId = uuidv7(), version, name, category, origin, contentType, comment, about = [] }: Target,
  values: Pick<VersionRecord, 'id' | 'object_key' | 'bytes' | 'received' | 'state'> & Partial<VersionRecord>,
): Promise<VersionRecord> {
  const owner = ownerOf(actor);
  const bucket = bucketOf(category);
  const names = { name, category, origin, bucket, owner, owner_name: displayName(actor), about: [...about] };
  await insertFile(transaction, { id: fileId, ...names });
  const file = await lockFile(transaction, fileId);
  if (!file) throw new Problem('CONFLICT', 'The file was deleted in the meantime.');
  return addVersion(transaction, file, {
    ...values,
    ...(version === undefined ? {} : { version }),
    file_id: fileId,
    content_type: contentType,
    comment: comment ?? null,
    uploaded_by: owner,
    uploaded_name: displayName(actor),
  });
}

/** @throws {Problem} FILE_QUOTA_EXCEEDED, PLAN_LIMIT_REACHED when the company has no room for so many bytes more */
export async function refuseBeyondQuota(
  { requireRoom }: Pick<Parts, 'requireRoom'>,
  transaction: TenantTransaction,
  tenantId: string,
  more: number,
): Promise<void> {
  const { quota_bytes } = await lockSettings(transaction);
  const used = usedBytes(await usageByCategory(transaction));
  if (used + more <= quota_bytes) return requireRoom(transaction, tenantId, 'storage', more);
  const inMb = (bytes: number) => Math.ceil(bytes / 1024 / 1024);
  throw new Problem(
    'FILE_QUOTA_EXCEEDED',
    `${inMb(used)} MB of ${inMb(quota_bytes)} MB are used, and this file has ${inMb(more)} MB.`,
  );
}

/** Bytes that count towards the quota: what the system itself wrote does not. */
export function usedBytes(usage: Awaited<ReturnType<typeof usageByCategory>>): number {
  return usage
    .filter(({ category }) => bucketOf(category) === 'files')
    .reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Refuses what cannot become ready, before its bytes are taken. @throws {Problem} INVALID_INPUT */
export function refuseClaim(
  { maxBytes }: Pick<Parts, 'maxBytes'>,
  { category, contentType }: Pick<Target, 'category' | 'contentType'>,
  bytes: number,
  field: string,
): void {
  const { types, maxBytes: most } = CATEGORIES[category];
  if (!types.includes(contentType))
    throw invalidField('contentType', `must be one of ${types.join(', ')} for the category ${category}`);
  const limit = Math.min(most, maxBytes);
  if (bytes === 0) throw invalidField(field, 'must not be empty');
  if (bytes > limit) throw invalidField(field, `must be at most ${Math.floor(limit / 1024 / 1024)} MB`);
}
