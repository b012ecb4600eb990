import { buffer } from 'node:stream/consumers';
import type { Collections } from '../../../models/embeddings/collections.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import { record, systemActor } from '../../shared/audit/index.ts';
import type { Events } from '../../shared/events/index.ts';
import type { Files } from '../../shared/files/index.ts';
import { type ContentType, extract, UnreadableFile } from './extract/index.ts';
import { createPassageStore } from './passage-store.ts';
import { COLLECTION } from './search.ts';
import {
  changeDocument,
  changeVersion,
  type DocumentRecord,
  deletePassages,
  deleteVersionPassages,
  findDocument,
  findVersion,
  lockDocument,
  type VersionRecord,
  versionsOf,
} from './store.ts';

interface IndexJob {
  tenantId: string;
  documentId: string;
  version: number;
}

/** What documents are read and stored with. */
export interface ReadingSetup {
  database: Database;
  jobs: Jobs;
  files: Files;
  collections: Collections;
  events: Events;
}

/** A version with its document. */
interface Opened {
  tenantId: string;
  document: DocumentRecord;
  version: VersionRecord;
}

type Read = Awaited<ReturnType<typeof extract>>;

const INDEX_QUEUE = 'knowledge.index';

/**
 * Reads versions of documents into passages, in the background. A version is searched while its file is ready: one that
 * is quarantined later is searched no more, one that is released is read.
 */
export function createReading({ database, jobs, files, collections, events }: ReadingSetup) {
  const store = createPassageStore(database, collections);

  const enqueue = (transaction: TenantTransaction, tenantId: string, documentId: string, version: number) =>
    jobs.enqueue<IndexJob>(transaction, INDEX_QUEUE, [{ tenantId, documentId, version }]);

  /** Reads a version, also one that could not be read before. */
  async function again(
    transaction: TenantTransaction,
    tenantId: string,
    { id, document_id, version }: VersionRecord,
  ): Promise<void> {
    await changeVersion(transaction, id, { state: 'pending', error: null });
    await enqueue(transaction, tenantId, document_id, version);
  }

  function open({ tenantId, documentId, version: number }: IndexJob): Promise<Opened | null> {
    return database.withTenant(tenantId, async (transaction) => {
      const document = await findDocument(transaction, documentId);
      const version = document && (await findVersion(transaction, documentId, number));
      return version ? { tenantId, document, version } : null;
    });
  }

  /** Reads one version into passages, and lets it be searched in the place of the one before. */
  async function index(job: IndexJob, signal: AbortSignal): Promise<void> {
    const opened = await open(job);
    if (!opened) return;
    const { tenantId, document, version } = opened;
    if (!isWanted(document, version.version)) {
      await database.withTenant(tenantId, (transaction) => passOver(transaction, version.id));
      return;
    }
    const stored = await files.open(tenantId, document.id, version.version);
    // What refused the file has said why.
    if (!stored) return version.state === 'failed' ? undefined : fail(opened, 'Its file is not ready.');
    const body = await buffer(stored);
    const read = await extract({ body, contentType: version.content_type as ContentType }, signal).catch(
      (error: unknown) => {
        if (error instanceof UnreadableFile) return error;
        throw error;
      },
    );
    if (read instanceof UnreadableFile) return fail(opened, read.message);
    const { passages } = read;
    if (passages.length === 0) return fail(opened, 'It has no text.');
    const title = titleOf(document, read.title);
    const of = { tenantId, documentId: document.id, version: version.version };
    const meaning = await store({ ...of, title, passages, signal });
    await database.withTenant(tenantId, (transaction) => search(transaction, opened, read, meaning));
  }

  /** Lets a version be searched whose passages are stored, if it still may be. */
  async function search(
    transaction: TenantTransaction,
    { tenantId, document: { id: documentId }, version: { id: versionId, version: number } }: Opened,
    read: Read,
    meaning: Awaited<ReturnType<typeof store>>,
  ): Promise<void> {
    // Under its lock, which retiring and a quarantine take first too.
    const current = await lockDocument(transaction, documentId);
    const isReady = (await files.find(transaction, documentId, number))?.version.state === 'ready';
    if (!current || !isReady || !isWanted(current, number)) {
      await removePassages(transaction, await deleteVersionPassages(transaction, documentId, number));
      // The consumer says why a file is not ready. Otherwise a newer version was read, or the document was retired.
      if (isReady) await passOver(transaction, versionId);
      return;
    }
    await removePassages(transaction, await deletePassages(transaction, documentId, number));
    const { pages, unread, passages } = read;
    const done = { state: 'indexed', error: meaning, pages, passages: passages.length, unread } as const;
    await changeVersion(transaction, versionId, done);
    const title = titleOf(current, read.title);
    await changeDocument(transaction, documentId, { indexed_version: number, title });
    const content = { version: number, passages: passages.length };
    await events.publish(transaction, tenantId, 'policy.indexed', { documentId, ...content });
    await record(transaction, systemActor(tenantId, 'policy.index'), {
      subject: `document:${documentId}`,
      details: [{ about: [], content }],
    });
  }

  const removePassages = (transaction: TenantTransaction, ids: string[]) =>
    collections.remove(transaction, COLLECTION, ids);

  async function fail(opened: Opened, reason: string): Promise<void> {
    await database.withTenant(opened.tenantId, (transaction) => failIn(transaction, opened, reason));
  }

  async function failIn(
    transaction: TenantTransaction,
    { tenantId, document: { id, indexed_version }, version: { id: versionId, version } }: Opened,
    reason: string,
  ): Promise<void> {
    await changeVersion(transaction, versionId, { state: 'failed', error: reason, unread: [] });
    await events.publish(transaction, tenantId, 'policy.failed', { documentId: id, version, reason });
    await record(transaction, systemActor(tenantId, 'policy.index'), {
      subject: `document:${id}`,
      details: [{ about: [], content: { version, failed: reason, searched: indexed_version } }],
    });
  }

  /** A version whose file is not ready any more is searched no more; the newest before it that is ready is read again. */
  async function withdraw(
    transaction: TenantTransaction,
    tenantId: string,
    document: DocumentRecord,
    number: number,
  ): Promise<DocumentRecord> {
    await removePassages(transaction, await deleteVersionPassages(transaction, document.id, number));
    if (document.indexed_version !== number) return document;
    for (const earlier of await versionsOf(transaction, [document.id])) {
      if (earlier.version >= number || earlier.state === 'failed') continue;
      const file = await files.find(transaction, document.id, earlier.version);
      if (file?.version.state !== 'ready') continue;
      await again(transaction, tenantId, earlier);
      break;
    }
    return changeDocument(transaction, document.id, { indexed_version: null });
  }

  jobs.define<IndexJob>({
    name: INDEX_QUEUE,
    concurrency: 2,
    retryLimit: 3,
    retryDelay: 5,
    retryDelayMax: 60,
    expireInSeconds: 600,
    handle: (job, { signal }) => index(job, signal),
    onDead: async (job) => {
      const opened = await open(job);
      if (opened) await fail(opened, 'Reading failed because of an internal error; see the log.');
    },
  });

  files.consume('policy', {
    ready: async (transaction, file, { version }) => {
      const found = await findVersion(transaction, file.id, version);
      if (found && found.state !== 'indexed') await again(transaction, file.tenant_id, found);
    },
    refused: async (transaction, file, { version: number, reason }) => {
      const document = await lockDocument(transaction, file.id);
      const version = document && (await findVersion(transaction, file.id, number));
      if (!version) return;
      const tenantId = file.tenant_id;
      const current = await withdraw(transaction, tenantId, document, number);
      await failIn(transaction, { tenantId, document: current, version }, reason ?? 'Its file was refused.');
    },
  });

  return { again };
}

/**
 * Whether a version that was uploaded is to be searched: not when a newer one is already. A newer one that waits may
 * turn out not to be readable.
 */
function isWanted({ status, indexed_version }: DocumentRecord, version: number): boolean {
  return status === 'active' && version >= (indexed_version ?? 0);
}

/** A version that a newer one has overtaken is no longer needed. */
function passOver(transaction: TenantTransaction, versionId: string): Promise<void> {
  return changeVersion(transaction, versionId, { state: 'indexed' });
}

/** What people call a document: its own title, unless a user has given it one. */
function titleOf({ name, title }: DocumentRecord, own: string | null): string {
  return title === name && own ? own.slice(0, 200) : title;
}
