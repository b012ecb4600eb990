import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { ObjectStore } from '../../../platform/objects/index.ts';

/** How long a link to a file lasts, in seconds. */
export const LINK_SECONDS = 3600;

export interface StoredFile {
  name: string;
  contentType: string;
  /** Size in bytes. */
  bytes: number;
  sha256: string;
  url: string;
}

type Text = Iterable<string> | AsyncIterable<string>;

/** Streams text into the object store under `directory/name`, and signs a link to it. */
export async function storeFile(
  objects: ObjectStore,
  directory: string,
  { name, contentType }: Pick<StoredFile, 'name' | 'contentType'>,
  text: Text,
): Promise<StoredFile> {
  const key = `${directory}/${name}`;
  const hash = createHash('sha256');
  let bytes = 0;
  async function* measured() {
    for await (const chunk of text) {
      const encoded = Buffer.from(chunk);
      hash.update(encoded);
      bytes += encoded.length;
      yield encoded;
    }
  }
  await objects.put(key, Readable.from(measured()), { contentType });
  const url = await objects.signedUrl(key, { method: 'GET', expiresInSeconds: LINK_SECONDS });
  return { name, contentType, bytes, sha256: hash.digest('hex'), url };
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

/** Where access reports about a subject are kept, so that an erasure finds them. The name reveals nothing. */
export function accessDirectory(tenantId: string, subject: string): string {
  const name = createHash('sha256').update(subject).digest('hex');
  return `audit/${tenantId}/access/${name}`;
}
