import type { z } from 'zod';
import type { TurnRecord } from './chat-store.ts';
import type { chat } from './contract.ts';
import type { Unread } from './extract/index.ts';
import type { FoundPassage } from './retrieval/fusion.ts';
import type { DocumentRecord, VersionRecord } from './store.ts';

export type TurnView = z.input<(typeof chat)['operations']['query']['output']>;

export function documentView(row: DocumentRecord, newest: VersionRecord | undefined) {
  return {
    documentId: row.id,
    folder: row.folder,
    name: row.name,
    title: row.title,
    status: row.status,
    supersededBy: row.superseded_by,
    reason: row.reason,
    version: row.version,
    indexedVersion: row.indexed_version,
    state: newest?.state ?? ('pending' as const),
    error: newest?.error ?? null,
    unread: unreadOf(newest),
    updatedAt: row.updated_at.toISOString(),
  };
}

export function versionView(row: VersionRecord, url: string) {
  return {
    version: row.version,
    contentType: row.content_type,
    bytes: row.bytes,
    sha256: row.sha256,
    state: row.state,
    error: row.error,
    pages: row.pages,
    passages: row.passages,
    unread: unreadOf(row),
    comment: row.comment,
    uploadedBy: row.uploaded_by,
    uploadedAt: row.created_at.toISOString(),
    url,
  };
}

const unreadOf = (row: VersionRecord | undefined) => (row?.unread ?? []) as unknown as Unread[];

export function passageView(passage: FoundPassage) {
  return {
    passageId: passage.id,
    documentId: passage.document_id,
    folder: passage.folder,
    title: passage.title,
    version: passage.version,
    heading: passage.heading,
    page: passage.page,
    text: passage.text,
    score: Math.round(1e6 * passage.score) / 1e6,
    words: Math.round(1000 * passage.share) / 1000,
    similarity: passage.similarity === null ? null : Math.round(1000 * passage.similarity) / 1000,
  };
}

/** A passage as an answer cites it. */
export function citationOf(passage: FoundPassage, number: number): TurnView['citations'][number] {
  return {
    number,
    passageId: passage.id,
    documentId: passage.document_id,
    title: passage.title,
    version: passage.version,
    heading: passage.heading,
    page: passage.page,
    text: passage.text,
  };
}

export function turnView(row: TurnRecord): TurnView {
  return {
    conversationId: row.conversation_id,
    turnId: row.id,
    question: row.question,
    status: row.status,
    engine: row.engine,
    answer: row.answer,
    sentences: row.sentences as unknown as TurnView['sentences'],
    citations: row.citations as unknown as TurnView['citations'],
    model: row.model,
    modelFailure: row.model_failure,
    meaning: row.meaning,
    helpful: row.helpful,
    createdAt: row.created_at.toISOString(),
  };
}
