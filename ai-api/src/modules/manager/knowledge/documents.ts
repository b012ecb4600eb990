import { buffer } from 'node:stream/consumers';
import { z } from 'zod';
import { listPage, type Page } from '../../../http/cursor.ts';
import { invalidField, notFound, Problem } from '../../../http/problem.ts';
import type { Collections } from '../../../models/embeddings/collections.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import { type Actor, displayName, record, systemActor } from '../../shared/audit/index.ts';
import type { Events } from '../../shared/events/index.ts';
import type { Files } from '../../shared/files/index.ts';
import type { policy } from './contract.ts';
import { type ContentType, contentTypeOf, extract, UnreadableFile } from './extract/index.ts';
import { createPassageStore } from './passage-store.ts';
import { COLLECTION } from './search.ts';
import {
  changeDocument,
  changeVersion,
  type DocumentRecord,
  deletePassages,
  deleteVersionPassages,
  type Folder,
  findDocument,
  findVersion,
  insertVersion,
  listDocuments,
  lockDocument,
  openDocument,
  passageTexts,
  type VersionRecord,
  versionsOf,
} from './store.ts';
import { documentView, versionView } from './views.ts';

export interface Upload {
  folder: Folder;
  name: string;
  title?: string | undefined;
  contentType?: UploadType | undefined;
  base64: string;
  comment?: string | undefined;
}

type UploadType = z.output<(typeof policy)['operations']['upload']['input']>['contentType'];

interface IndexJob {
  tenantId: string;
  documentId: string;
  version: number;
}

export interface DocumentsSetup {
  database: Database;
  jobs: Jobs;
  files: Files;
  collections: Collections;
  events: Events;
}

const INDEX_QUEUE = 'knowledge.index';
const MAX_BYTES = 20 * 1024 * 1024;

/** Policies, procedures, rubrics and templates, by version, read into passages. */
export function createDocuments({ database, jobs, files, collections, events }: DocumentsSetup) {
  collections.define({ name: COLLECTION, texts: passageTexts });

  async function describe(transaction: TenantTransaction, rows: readonly DocumentRecord[]) {
    const versions = await versionsOf(
      transaction,
      rows.map(({ id }) => id),
    );
    return rows.map((row) =>
      documentView(
        row,
        versions.find(({ document_id, version }) => document_id === row.id && version === row.version),
      ),
    );
  }

  const store = createPassageStore(database, collections);

  const describeOne = async (transaction: TenantTransaction, row: DocumentRecord) =>
    (await describe(transaction, [row]))[0] as ReturnType<typeof documentView>;

  async function requireDocument(
    transaction: TenantTransaction,
    id: string,
    find = findDocument,
  ): Promise<DocumentRecord> {
    const row = await find(transaction, id);
    if (!row) throw notFound('document', id);
    return row;
  }

  /** Versions that an earlier release stored get their files; the file of a document has its id. */
  async function adopt(
    transaction: TenantTransaction,
    document: DocumentRecord,
    versions: readonly VersionRecord[],
  ): Promise<void> {
    for (const version of versions.toReversed())
      await files.adopt(transaction, {
        fileId: document.id,
        version: version.version,
        name: document.name,
        category: 'policy',
        origin: 'policy',
        key: version.object_key,
        contentType: version.content_type,
        bytes: version.bytes,
        sha256: version.sha256,
        uploadedBy: version.uploaded_by,
      });
  }

  /** Reads one version into passages, and lets it be searched in the place of the one before. */
  async function index(
    { tenantId, documentId, version: number }: IndexJob,
    signal: AbortSignal,
  ): Promise<void> {
    const opened = await database.withTenant(tenantId, async (transaction) => ({
      document: await findDocument(transaction, documentId),
      version: await findVersion(transaction, documentId, number),
    }));
    const { document, version } = opened;
    if (!document || !version) return;
    if (!isWanted(document, number)) {
      await database.withTenant(tenantId, (transaction) => passOver(transaction, version.id));
      return;
    }
    await database.withTenant(tenantId, (transaction) => adopt(transaction, document, [version]));
    const stored = await files.open(tenantId, documentId, number);
    if (!stored) return fail(tenantId, document, version.id, number, 'Its file is not ready.');
    const body = await buffer(stored);
    const read = await extract({ body, contentType: version.content_type as ContentType }, signal).catch(
      (error: unknown) => {
        if (error instanceof UnreadableFile) return error;
        throw error;
      },
    );
    if (read instanceof UnreadableFile) return fail(tenantId, document, version.id, number, read.message);
    const { passages } = read;
    if (passages.length === 0) return fail(tenantId, document, version.id, number, 'It has no text.');
    const meaning = await store({
      tenantId,
      documentId,
      version: number,
      title: titleOf(document, read.title),
      passages,
      signal,
    });
    await database.withTenant(tenantId, async (transaction) => {
      // Under its lock, which retiring takes first too.
      const current = await lockDocument(transaction, documentId);
      if (!current || !isWanted(current, number)) {
        // A newer version was read before, or the document was retired.
        const own = await deleteVersionPassages(transaction, documentId, number);
        await collections.remove(transaction, COLLECTION, own);
        await passOver(transaction, version.id);
        return;
      }
      await collections.remove(
        transaction,
        COLLECTION,
        await deletePassages(transaction, documentId, number),
      );
      const { pages, unread } = read;
      const done = { state: 'indexed', error: meaning, pages, passages: passages.length, unread } as const;
      await changeVersion(transaction, version.id, done);
      const title = titleOf(current, read.title);
      await changeDocument(transaction, documentId, { indexed_version: number, title });
      await events.publish(transaction, tenantId, 'policy.indexed', {
        documentId,
        version: number,
        passages: passages.length,
      });
      await record(transaction, systemActor(tenantId, 'policy.index'), {
        subject: `document:${documentId}`,
        details: [{ about: [], content: { version: number, passages: passages.length } }],
      });
    });
  }

  async function fail(
    tenantId: string,
    document: DocumentRecord,
    versionId: string,
    version: number,
    reason: string,
  ): Promise<void> {
    await database.withTenant(tenantId, (transaction) =>
      failIn(transaction, tenantId, document, versionId, version, reason),
    );
  }

  async function failIn(
    transaction: TenantTransaction,
    tenantId: string,
    { id, indexed_version }: DocumentRecord,
    versionId: string,
    version: number,
    reason: string,
  ): Promise<void> {
    await changeVersion(transaction, versionId, { state: 'failed', error: reason, unread: [] });
    await events.publish(transaction, tenantId, 'policy.failed', { documentId: id, version, reason });
    await record(transaction, systemActor(tenantId, 'policy.index'), {
      subject: `document:${id}`,
      details: [{ about: [], content: { version, failed: reason, searched: indexed_version } }],
    });
  }

  jobs.define<IndexJob>({
    name: INDEX_QUEUE,
    concurrency: 2,
    retryLimit: 3,
    retryDelay: 5,
    retryDelayMax: 60,
    expireInSeconds: 600,
    handle: (job, { signal }) => index(job, signal),
    onDead: async ({ tenantId, documentId, version: number }) => {
      const found = await database.withTenant(tenantId, async (transaction) => ({
        document: await findDocument(transaction, documentId),
        version: await findVersion(transaction, documentId, number),
      }));
      if (!found.document || !found.version) return;
      const reason = 'Reading failed because of an internal error; see the log.';
      await fail(tenantId, found.document, found.version.id, number, reason);
    },
  });

  // A version is read once its file was inspected.
  files.consume('policy', {
    ready: async (transaction, file, { version }) => {
      const found = await findVersion(transaction, file.id, version);
      if (found?.state === 'pending') await enqueue(transaction, file.tenant_id, file.id, version);
    },
    refused: async (transaction, file, { version, reason }) => {
      const document = await findDocument(transaction, file.id);
      const found = document && (await findVersion(transaction, file.id, version));
      if (document && found)
        await failIn(
          transaction,
          file.tenant_id,
          document,
          found.id,
          version,
          reason ?? 'Its file was refused.',
        );
    },
  });

  const enqueue = (transaction: TenantTransaction, tenantId: string, documentId: string, version: number) =>
    jobs.enqueue<IndexJob>(transaction, INDEX_QUEUE, [{ tenantId, documentId, version }]);

  return {
    listDocuments: (
      tenantId: string,
      filter: {
        folder?: Folder | undefined;
        status?: DocumentRecord['status'] | undefined;
        failed?: boolean | undefined;
      },
      page: Page,
    ) =>
      database.withTenant(tenantId, (transaction) =>
        listPage(page, {
          cursor: z.uuid(),
          query: (after, limit) => listDocuments(transaction, filter, after, limit),
          key: ({ id }) => id,
          describe: (rows) => describe(transaction, rows),
        }),
      ),

    getDocument: async (tenantId: string, documentId: string) => {
      const { view, versions } = await database.withTenant(tenantId, async (transaction) => {
        const document = await requireDocument(transaction, documentId);
        const all = await versionsOf(transaction, [documentId]);
        await adopt(transaction, document, all);
        return { view: await describeOne(transaction, document), versions: all };
      });
      const linked = versions.map((version) =>
        versionView(version, files.url(tenantId, documentId, version.version)),
      );
      return { ...view, versions: linked };
    },

    upload: async (actor: Actor, { folder, name, title, contentType: given, base64, comment }: Upload) => {
      const body = Buffer.from(base64, 'base64');
      if (body.length === 0 || body.length > MAX_BYTES) {
        throw invalidField('base64', 'must hold a file of at most 20 MB');
      }
      const contentType = contentTypeOf(body, name, given);
      // Before the transaction: a version that is there has its file; a file without a version does no harm.
      const stored = await files.store(actor.tenantId, folder, 'policy', body, contentType);
      const { key, sha256 } = stored;
      return database.withTenant(actor.tenantId, async (transaction) => {
        const document = await openDocument(transaction, {
          folder,
          name,
          title: title ?? name,
          created_by: displayName(actor),
        });
        if (document.status !== 'active') {
          throw new Problem('CONFLICT', `${name} was ${document.status}: upload it under another name.`);
        }
        const newest = await findVersion(transaction, document.id, document.version);
        if (newest?.sha256 === sha256 && newest.state !== 'failed') return describeOne(transaction, document);
        const version = document.version + 1;
        await insertVersion(transaction, {
          document_id: document.id,
          version,
          object_key: key,
          content_type: contentType,
          bytes: body.length,
          sha256,
          comment: comment ?? null,
          uploaded_by: displayName(actor),
        });
        const changed = await changeDocument(transaction, document.id, {
          version,
          ...(title === undefined ? {} : { title }),
        });
        await adopt(transaction, document, newest ? [newest] : []);
        await files.attach(transaction, actor, stored, {
          fileId: document.id,
          version,
          name,
          category: 'policy',
          origin: 'policy',
          contentType,
          comment,
        });
        await record(transaction, actor, {
          subject: `document:${document.id}`,
          details: [{ about: [], content: { folder, name, version, sha256, comment: comment ?? null } }],
        });
        return describeOne(transaction, changed);
      });
    },

    retire: (
      actor: Actor,
      documentId: string,
      { reason, supersededBy }: { reason: string; supersededBy?: string | undefined },
    ) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const document = await requireDocument(transaction, documentId, lockDocument);
        if (document.status !== 'active') throw new Problem('CONFLICT', `It is already ${document.status}.`);
        if (supersededBy === documentId) throw invalidField('supersededBy', 'must be another document');
        if (supersededBy !== undefined) await requireDocument(transaction, supersededBy);
        const changed = await changeDocument(transaction, documentId, {
          status: supersededBy === undefined ? 'retired' : 'superseded',
          superseded_by: supersededBy ?? null,
          reason,
          indexed_version: null,
        });
        await collections.remove(
          transaction,
          COLLECTION,
          await deletePassages(transaction, documentId, null),
        );
        await record(transaction, actor, {
          subject: `document:${documentId}`,
          details: [
            { about: [], content: { status: changed.status, reason, supersededBy: supersededBy ?? null } },
          ],
        });
        return describeOne(transaction, changed);
      }),

    reindex: (actor: Actor, documentId: string) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const document = await requireDocument(transaction, documentId, lockDocument);
        if (document.status !== 'active') throw new Problem('CONFLICT', `It was ${document.status}.`);
        const newest = await findVersion(transaction, documentId, document.version);
        if (newest) await changeVersion(transaction, newest.id, { state: 'pending', error: null });
        await enqueue(transaction, actor.tenantId, documentId, document.version);
        await record(transaction, actor, {
          subject: `document:${documentId}`,
          details: [{ about: [], content: { reindex: document.version } }],
        });
        return describeOne(transaction, document);
      }),
  };
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
