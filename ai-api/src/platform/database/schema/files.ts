import type { Generated } from 'kysely';
import type { TenantId, Timestamp } from './columns.ts';

export type FileState = 'receiving' | 'scanning' | 'ready' | 'quarantined' | 'rejected' | 'scan_failed';
export type FileCategory =
  | 'document'
  | 'image'
  | 'data'
  | 'archive'
  | 'policy'
  | 'attachment'
  | 'report'
  | 'export';

export interface FilesTables {
  'files.files': {
    id: string;
    tenant_id: TenantId;
    name: string;
    category: FileCategory;
    origin: 'upload' | 'policy' | 'approval' | 'performance' | 'audit';
    bucket: 'files' | 'audit';
    owner: string;
    owner_name: string;
    about: Generated<string[]>;
    version: Generated<number>;
    ready_version: number | null;
    deleted_at: Date | null;
    created_at: Timestamp;
    updated_at: Timestamp;
  };
  'files.versions': {
    id: string;
    tenant_id: TenantId;
    file_id: string;
    version: number;
    object_key: string;
    bytes: number;
    received: number;
    sha256: string | null;
    content_type: string;
    state: FileState;
    reason: string | null;
    scan: 'clean' | 'infected' | 'not scanned' | 'made here' | null;
    scanned_at: Date | null;
    comment: string | null;
    restored_from: number | null;
    uploaded_by: string;
    uploaded_name: string;
    released_by: string | null;
    /** Id of the person in released_by. */
    released_user: string | null;
    release_reason: string | null;
    expires_at: Date | null;
    created_at: Timestamp;
  };
  'files.parts': {
    version_id: string;
    tenant_id: TenantId;
    start: number;
    bytes: number;
    object_key: string;
  };
  'files.unattached': {
    object_key: string;
    tenant_id: TenantId;
    bucket: 'files' | 'audit';
    created_at: Date;
    discarded_at: Date | null;
  };
  'files.scans': {
    id: string;
    tenant_id: TenantId;
    version_id: string;
    outcome: 'clean' | 'infected' | 'not scanned' | 'refused' | 'failed';
    scanner: string | null;
    finding: string | null;
    at: Date;
  };
  'files.permissions': {
    id: string;
    tenant_id: TenantId;
    file_id: string;
    kind: 'role' | 'person' | 'link';
    role: string | null;
    user_id: string | null;
    token_hash: string | null;
    access: 'read' | 'write';
    expires_at: Date | null;
    downloads: Generated<number>;
    granted_by: string;
    /** Id of the person in granted_by. */
    granted_user: string | null;
    created_at: Timestamp;
  };
  'files.settings': {
    tenant_id: TenantId;
    quota_bytes: Generated<number>;
    require_scan: Generated<boolean>;
    refused_days: Generated<number>;
  };
}
