import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import type { ObjectStore } from '../../../platform/objects/index.ts';
import type { Actor } from '../audit/index.ts';
import type { Files } from '../files/index.ts';

/** How long a link to a file lasts, in seconds. */
const LINK_SECONDS = 3600;

export interface StoredFile {
  name: string;
  contentType: string;
  /** Size in bytes. */
  bytes: number;
  sha256: string;
  url: string;
}

type Text = Iterable<string> | AsyncIterable<string>;

/** A file whose bytes are stored, and that {@link keepFile} makes one of the company's files. */
export interface WrittenFile {
  name: string;
  contentType: string;
  stored: Awaited<ReturnType<Files['store']>>;
}

/** Streams text into the bucket of audit files. */
export async function writeFile(
  files: Files,
  tenantId: string,
  category: 'export' | 'report',
  { name, contentType }: Pick<StoredFile, 'name' | 'contentType'>,
  text: Text,
): Promise<WrittenFile> {
  async function* encoded() {
    for await (const chunk of text) yield Buffer.from(chunk);
  }
  const stored = await files.store(tenantId, 'exports', category, Readable.from(encoded()), contentType);
  return { name, contentType, stored };
}

/** Keeps a written file, and links to it. @param about whom it is about: an erasure deletes it */
export async function keepFile(
  files: Files,
  transaction: TenantTransaction,
  actor: Actor,
  category: 'export' | 'report',
  { name, contentType, stored }: WrittenFile,
  about: readonly string[] = [],
): Promise<StoredFile & { fileId: string }> {
  const target = { name, category, origin: 'audit', contentType, about } as const;
  const { file_id: fileId } = await files.attachMade(transaction, actor, stored, target);
  const { bytes, sha256 } = stored;
  return { fileId, name, contentType, bytes, sha256, url: linkTo(files, actor.tenantId, fileId) };
}

/** A link that lasts for an hour. */
export function linkTo(files: Files, tenantId: string, fileId: string): string {
  return files.url(tenantId, fileId, 1, LINK_SECONDS);
}

/** When links that are signed now expire. */
export function linksExpireAt(now: Date): string {
  return new Date(now.getTime() + LINK_SECONDS * 1000).toISOString();
}

/** Deletes every file of a directory. @returns how many there were */
export async function deleteFiles(objects: ObjectStore, directory: string): Promise<number> {
  let deleted = 0;
  for (;;) {
    const { keys } = await objects.list(`${directory}/`);
    if (keys.length === 0) return deleted;
    for (const key of keys) await objects.delete(key);
    deleted += keys.length;
  }
}

/** Where an earlier release kept access reports about a subject, so that an erasure finds them. */
export function accessDirectory(tenantId: string, subject: string): string {
  const name = createHash('sha256').update(subject).digest('hex');
  return `audit/${tenantId}/access/${name}`;
}
