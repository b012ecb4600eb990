import type { Readable } from 'node:stream';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import type { Actor } from '../audit/index.ts';
import type { Consumer, Parts } from './parts.ts';
import { deleteFile } from './purge.ts';
import { attach, attachMade, type Stored, storeBytes, type Target } from './receive.ts';
import { type FileRecord, findFile, findVersion, type VersionRecord } from './store.ts';

/** What other modules do with files that belong to them. */
export function createOwnFiles(parts: Parts) {
  const { database, links, bucket, consumers, now } = parts;
  return {
    /** Declares what a module does when one of its files is ready or refused. */
    consume: (origin: FileRecord['origin'], consumer: Consumer): void => {
      consumers.set(origin, consumer);
    },

    /** Stores bytes before a transaction; {@link attach} makes them a version in it, within a day. */
    store: (
      tenantId: string,
      directory: string,
      category: FileRecord['category'],
      body: Uint8Array | Readable,
      contentType: string,
    ): Promise<Stored> => storeBytes(parts, tenantId, directory, category, body, contentType),

    /** @throws {import('../../../http/problem.ts').Problem} FILE_QUOTA_EXCEEDED, CONFLICT */
    attach: (transaction: TenantTransaction, actor: Actor, stored: Stored, target: Target) =>
      attach(parts, transaction, actor, stored, target),

    /** For what the system itself wrote: it is ready at once. */
    attachMade: (transaction: TenantTransaction, actor: Actor, stored: Stored, target: Target) =>
      attachMade(transaction, actor, stored, target, now()),

    /** A link to a version. Until the version is ready, and when it is not any more, it answers 409. */
    url: (tenantId: string, fileId: string, version: number, seconds?: number): string =>
      links.sign({ tenantId, fileId, version }, seconds).url,

    /** A version with its file. */
    find: async (
      transaction: TenantTransaction,
      fileId: string,
      version: number,
    ): Promise<{ file: FileRecord; version: VersionRecord } | null> => {
      const file = await findFile(transaction, fileId);
      const found = file && (await findVersion(transaction, fileId, version));
      return file && found ? { file, version: found } : null;
    },

    /** The content of a version that is ready; null otherwise. */
    open: async (tenantId: string, fileId: string, version: number): Promise<Readable | null> => {
      const found = await database.withTenant(tenantId, async (transaction) => ({
        file: await findFile(transaction, fileId),
        version: await findVersion(transaction, fileId, version),
      }));
      if (!found.file || found.version?.state !== 'ready') return null;
      const object = await bucket(found.file.bucket).get(found.version.object_key);
      return object?.body ?? null;
    },

    /** Deletes a file of a module. */
    remove: (transaction: TenantTransaction, tenantId: string, fileId: string): Promise<void> =>
      deleteFile(parts, transaction, tenantId, fileId, now()),
  };
}
