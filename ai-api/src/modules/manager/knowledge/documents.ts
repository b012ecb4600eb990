import { z } from 'zod';
import { listPage, type Page } from '../../../http/cursor.ts';
import { invalidField, notFound, Problem } from '../../../http/problem.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { type Actor, displayName, record } from '../../shared/audit/index.ts';
import type { policy } from './contract.ts';
import { contentTypeOf } from './extract/index.ts';
import { createReading, type ReadingSetup } from './reading.ts';
import { COLLECTION } from './search.ts';
import {
  changeDocument,
  type DocumentRecord,
  deletePassages,
  type Folder,
  findDocument,
  findVersion,
  insertVersion,
  listDocuments,
  lockDocument,
  openDocument,
  passageTexts,
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

const MAX_BYTES = 20 * 1024 * 1024;

/** Policies, procedures, rubrics and templates, by version. */
export function createDocuments({ database, jobs, files, collections, events }: ReadingSetup) {
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

  const reading = createReading({ database, jobs, files, collections, events });

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
      database.withTenant(
        tenantId,
        (transaction) =>
          listPage(page, {
            cursor: z.uuid(),
            query: (after, limit) => listDocuments(transaction, filter, after, limit),
            key: ({ id }) => id,
            describe: (rows) => describe(transaction, rows),
          }),
        { snapshot: true },
      ),

    getDocument: async (tenantId: string, documentId: string) => {
      const { document, versions } = await database.withTenant(
        tenantId,
        async (transaction) => ({
          document: await requireDocument(transaction, documentId),
          versions: await versionsOf(transaction, [documentId]),
        }),
        { snapshot: true },
      );
      const linked = versions.map((version) =>
        versionView(version, files.url(tenantId, documentId, version.version)),
      );
      return { ...documentView(document, versions[0]), versions: linked };
    },

    upload: async (actor: Actor, { folder, name, title, contentType: given, base64, comment }: Upload) => {
      const body = Buffer.from(base64, 'base64');
      if (body.length === 0 || body.length > MAX_BYTES) {
        throw invalidField('base64', 'must hold a file of at most 20 MB');
      }
      const contentType = contentTypeOf(body, name, given);
      // Before the transaction: a version has its file; a file that no version takes is discarded.
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
        if (newest) await reading.again(transaction, actor.tenantId, newest);
        await record(transaction, actor, {
          subject: `document:${documentId}`,
          details: [{ about: [], content: { reindex: document.version } }],
        });
        return describeOne(transaction, document);
      }),
  };
}
