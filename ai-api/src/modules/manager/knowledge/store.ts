import { type Selectable, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Schema, TenantTransaction } from '../../../platform/database/index.ts';
import type { Unread } from './extract/index.ts';
import type { Passage } from './passages.ts';

export type DocumentRecord = Selectable<Schema['knowledge.documents']>;
export type VersionRecord = Selectable<Schema['knowledge.versions']>;
export type PassageRecord = Pick<
  Selectable<Schema['knowledge.passages']>,
  'id' | 'document_id' | 'version' | 'heading' | 'page' | 'text'
>;
export type Folder = DocumentRecord['folder'];

/** A document under its lock; made when it is not there. */
export async function openDocument(
  transaction: TenantTransaction,
  values: Pick<DocumentRecord, 'folder' | 'name' | 'title' | 'created_by'>,
): Promise<DocumentRecord> {
  await transaction
    .insertInto('knowledge.documents')
    .values({ id: uuidv7(), ...values })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'folder', 'name']).doNothing())
    .execute();
  return transaction
    .selectFrom('knowledge.documents')
    .selectAll()
    .where('folder', '=', values.folder)
    .where('name', '=', values.name)
    .forUpdate()
    .executeTakeFirstOrThrow();
}

export function findDocument(
  transaction: TenantTransaction,
  id: string,
): Promise<DocumentRecord | undefined> {
  return transaction.selectFrom('knowledge.documents').selectAll().where('id', '=', id).executeTakeFirst();
}

/** A document under its lock, against another job or person that changes it. */
export function lockDocument(
  transaction: TenantTransaction,
  id: string,
): Promise<DocumentRecord | undefined> {
  return transaction
    .selectFrom('knowledge.documents')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
}

export function changeDocument(
  transaction: TenantTransaction,
  id: string,
  change: Partial<
    Pick<DocumentRecord, 'title' | 'status' | 'superseded_by' | 'reason' | 'version' | 'indexed_version'>
  >,
): Promise<DocumentRecord> {
  return transaction
    .updateTable('knowledge.documents')
    .set({ ...change, updated_at: sql<Date>`now()` })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

interface DocumentFilter {
  folder?: Folder | undefined;
  status?: DocumentRecord['status'] | undefined;
  failed?: boolean | undefined;
}

export function listDocuments(
  transaction: TenantTransaction,
  { folder, status, failed }: DocumentFilter,
  after: string | null,
  limit: number,
): Promise<DocumentRecord[]> {
  let query = transaction
    .selectFrom('knowledge.documents as document')
    .selectAll()
    .orderBy('document.id')
    .limit(limit);
  if (after !== null) query = query.where('document.id', '>', after);
  if (folder) query = query.where('folder', '=', folder);
  if (status) query = query.where('status', '=', status);
  if (failed) {
    query = query.where((eb) =>
      eb.exists(
        eb
          .selectFrom('knowledge.versions as newest')
          .select('newest.id')
          .whereRef('newest.document_id', '=', 'document.id')
          .whereRef('newest.version', '=', 'document.version')
          .where('newest.state', '=', 'failed'),
      ),
    );
  }
  return query.execute();
}

export function insertVersion(
  transaction: TenantTransaction,
  values: Pick<
    VersionRecord,
    'document_id' | 'version' | 'object_key' | 'content_type' | 'bytes' | 'sha256' | 'comment' | 'uploaded_by'
  >,
): Promise<VersionRecord> {
  return transaction
    .insertInto('knowledge.versions')
    .values({ id: uuidv7(), ...values })
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Versions of documents, newest first. */
export function versionsOf(
  transaction: TenantTransaction,
  documentIds: readonly string[],
): Promise<VersionRecord[]> {
  if (documentIds.length === 0) return Promise.resolve([]);
  return transaction
    .selectFrom('knowledge.versions')
    .selectAll()
    .where('document_id', 'in', [...documentIds])
    .orderBy('version', 'desc')
    .execute();
}

export function findVersion(
  transaction: TenantTransaction,
  documentId: string,
  version: number,
): Promise<VersionRecord | undefined> {
  return transaction
    .selectFrom('knowledge.versions')
    .selectAll()
    .where('document_id', '=', documentId)
    .where('version', '=', version)
    .executeTakeFirst();
}

export async function changeVersion(
  transaction: TenantTransaction,
  id: string,
  {
    unread,
    ...change
  }: Partial<Pick<VersionRecord, 'state' | 'error' | 'pages' | 'passages'>> & {
    unread?: readonly Unread[];
  },
): Promise<void> {
  const noted = unread === undefined ? {} : { unread: JSON.stringify(unread) };
  await transaction
    .updateTable('knowledge.versions')
    .set({ ...change, ...noted })
    .where('id', '=', id)
    .execute();
}

/** Stores passages of a version from its place `first` on; they are not searched before the document says so. */
export async function insertPassages(
  transaction: TenantTransaction,
  {
    documentId,
    version,
    title,
    first,
  }: { documentId: string; version: number; title: string; first: number },
  passages: readonly Passage[],
): Promise<{ id: string; text: string }[]> {
  const rows = passages.map(({ heading, page, text }, index) => ({
    id: uuidv7(),
    document_id: documentId,
    version,
    place: first + index,
    heading,
    page,
    text,
  }));
  await transaction.insertInto('knowledge.passages').values(rows).execute();
  return rows.map(({ id, ...row }) => ({ id, text: embeddedText({ ...row, title }) }));
}

/** What the vector of a passage is made of. */
function embeddedText({ title, heading, text }: { title: string; heading: readonly string[]; text: string }) {
  return [...(heading[0] === title ? [] : [title]), ...heading, text].join('\n');
}

/** Deletes the passages of a document, all of them or those of versions before one, and answers their ids. */
export async function deletePassages(
  transaction: TenantTransaction,
  documentId: string,
  before: number | null,
): Promise<string[]> {
  let query = transaction.deleteFrom('knowledge.passages').where('document_id', '=', documentId);
  if (before !== null) query = query.where('version', '<', before);
  const rows = await query.returning('id').execute();
  return rows.map(({ id }) => id);
}

/** Deletes what an earlier attempt to read this version left behind. */
export async function deleteVersionPassages(
  transaction: TenantTransaction,
  documentId: string,
  version: number,
): Promise<string[]> {
  const rows = await transaction
    .deleteFrom('knowledge.passages')
    .where('document_id', '=', documentId)
    .where('version', '=', version)
    .returning('id')
    .execute();
  return rows.map(({ id }) => id);
}

/** Passages in the order of their ids, after one, as their vectors are made of them. */
export async function passageTexts(
  transaction: TenantTransaction,
  after: string | null,
  limit: number,
): Promise<{ id: string; text: string }[]> {
  let query = transaction
    .selectFrom('knowledge.passages as passage')
    .innerJoin('knowledge.documents as document', 'document.id', 'passage.document_id')
    .select(['passage.id', 'passage.heading', 'passage.text', 'document.title'])
    .orderBy('passage.id')
    .limit(limit);
  if (after !== null) query = query.where('passage.id', '>', after);
  const rows = await query.execute();
  return rows.map(({ id, ...row }) => ({ id, text: embeddedText(row) }));
}

/** A document as it is searched, with the number of its passages. */
export interface SearchedDocument {
  id: string;
  version: number;
  folder: Folder;
  title: string;
  passages: number;
}

export async function searchedDocuments(transaction: TenantTransaction): Promise<SearchedDocument[]> {
  const rows = await transaction
    .selectFrom('knowledge.documents as document')
    .innerJoin('knowledge.versions as version', (join) =>
      join
        .onRef('version.document_id', '=', 'document.id')
        .onRef('version.version', '=', 'document.indexed_version'),
    )
    .select(['document.id', 'version.version', 'document.folder', 'document.title', 'version.passages'])
    .where('document.status', '=', 'active')
    .orderBy('document.id')
    .execute();
  return rows.map((row) => ({ ...row, passages: row.passages ?? 0 }));
}

/** The passages of documents, in the versions that are searched. */
export function passagesOfDocuments(
  transaction: TenantTransaction,
  documentIds: readonly string[],
): Promise<Pick<PassageRecord, 'id' | 'document_id' | 'version' | 'heading' | 'text'>[]> {
  return searched(transaction, undefined)
    .clearSelect()
    .select(['passage.id', 'passage.document_id', 'passage.version', 'passage.heading', 'passage.text'])
    .where('passage.document_id', 'in', [...documentIds])
    .orderBy('passage.document_id')
    .orderBy('passage.place')
    .execute();
}

function searched(transaction: TenantTransaction, folder: Folder | undefined) {
  const query = transaction
    .selectFrom('knowledge.passages as passage')
    .innerJoin('knowledge.documents as document', (join) =>
      join
        .onRef('document.id', '=', 'passage.document_id')
        .onRef('document.indexed_version', '=', 'passage.version')
        .on('document.status', '=', 'active'),
    )
    .select([
      'passage.id',
      'passage.document_id',
      'passage.version',
      'passage.heading',
      'passage.page',
      'passage.text',
      'document.title',
      'document.folder',
    ]);
  return folder ? query.where('document.folder', '=', folder) : query;
}

export type SearchedPassage = PassageRecord & Pick<DocumentRecord, 'title' | 'folder'>;

/**
 * Passages that have any word of the question, best first and by the database, for companies that have too many, with the share of its words (without stop words, by
 * their stems) that each has.
 */
export async function findByWords(
  transaction: TenantTransaction,
  question: string,
  folder: Folder | undefined,
  limit: number,
): Promise<{ id: string; score: number; share: number }[]> {
  // In parentheses each is worked out once, not for every passage.
  const lexemes = sql<string[]>`(select tsvector_to_array(to_tsvector('english', ${question})))`;
  const query = sql`(select to_tsquery('simple', array_to_string(array(
    select quote_literal(lexeme) from unnest(${lexemes}) as lexeme), ' | ')))`;
  const has = sql<number>`(
    select count(*)::float8 / greatest(1, cardinality(${lexemes})) from unnest(${lexemes}) as lexeme
    where lexeme = any(tsvector_to_array(passage.words)))`;
  const score = sql<number>`ts_rank_cd(passage.words, ${query}, 1)::float8`;
  return searched(transaction, folder)
    .clearSelect()
    .select(['passage.id', score.as('score'), has.as('share')])
    .where(sql<boolean>`cardinality(${lexemes}) > 0`)
    .where(sql<boolean>`passage.words @@ ${query}`)
    .orderBy(score, 'desc')
    .orderBy('passage.id')
    .limit(limit)
    .execute();
}

/** Searched passages by their ids; those of retired documents and earlier versions are left out. */
export async function passagesByIds(
  transaction: TenantTransaction,
  ids: readonly string[],
  folder: Folder | undefined,
): Promise<Map<string, SearchedPassage>> {
  if (ids.length === 0) return new Map();
  const rows = await searched(transaction, folder)
    .where('passage.id', 'in', [...ids])
    .execute();
  return new Map(rows.map((row) => [row.id, row]));
}

/** Changes whenever what is searched changes: cached answers are kept under it. */
export async function revisionOf(transaction: TenantTransaction): Promise<string> {
  const { rows } = await sql<{ revision: string }>`
    select coalesce(md5(string_agg(id::text || indexed_version || status || updated_at, ',' order by id)), '') as revision
    from knowledge.documents`.execute(transaction);
  return rows[0]?.revision ?? '';
}
