import type { ColumnType, Generated, GeneratedAlways } from 'kysely';
import type { Json, TenantId, Timestamp } from './columns.ts';

/** What of a file was not read, and where it is. */
interface UnreadNote {
  reason: string;
  pages: number[];
  places: string[];
  message: string;
}

export interface KnowledgeTables {
  'knowledge.documents': {
    id: string;
    tenant_id: TenantId;
    folder: 'policies' | 'sops' | 'rubrics' | 'templates';
    name: string;
    title: string;
    status: Generated<'active' | 'superseded' | 'retired'>;
    superseded_by: string | null;
    reason: string | null;
    version: Generated<number>;
    /** The version that is searched; null before the first was read. */
    indexed_version: number | null;
    created_by: string;
    created_at: Timestamp;
    updated_at: Timestamp;
  };
  'knowledge.versions': {
    id: string;
    tenant_id: TenantId;
    document_id: string;
    version: number;
    object_key: string;
    content_type: string;
    bytes: number;
    sha256: string;
    state: Generated<'pending' | 'indexed' | 'failed'>;
    error: string | null;
    pages: number | null;
    passages: number | null;
    unread: ColumnType<UnreadNote[], string | undefined, string>;
    comment: string | null;
    uploaded_by: string;
    created_at: Timestamp;
  };
  'knowledge.passages': {
    id: string;
    tenant_id: TenantId;
    document_id: string;
    version: number;
    place: number;
    heading: string[];
    page: number | null;
    text: string;
    words: GeneratedAlways<string | null>;
  };
  'knowledge.conversations': {
    id: string;
    tenant_id: TenantId;
    owner: string;
    created_at: Timestamp;
    updated_at: Timestamp;
  };
  'knowledge.turns': {
    id: string;
    tenant_id: TenantId;
    conversation_id: string;
    question: string;
    status: 'answered' | 'not said' | 'passages';
    engine: 'rules' | 'model';
    answer: string;
    sentences: Json<object[]>;
    citations: Json<object[]>;
    model: string | null;
    model_failure: string | null;
    /** What meaning was compared with, or why it was not; null in older turns. */
    meaning: string | null;
    prompt: Json<object> | null;
    trace_id: string | null;
    helpful: boolean | null;
    comment: string | null;
    created_at: Timestamp;
  };
}
