import type { z } from 'zod';
import type { file as contract } from './contract.ts';
import type { HeldVersion } from './list-store.ts';
import type { PermissionRecord } from './permission-store.ts';
import type { FileRecord, ScanRecord, VersionRecord } from './store.ts';

type Operations = (typeof contract)['operations'];
type FileView = z.input<Operations['list']['output']>['items'][number];
type VersionView = z.input<Operations['get']['output']>['versions'][number];
type PermissionView = z.input<Operations['share']['output']>;

/** A file with the state of its newest version. */
export function fileView(row: FileRecord, newest: VersionRecord | undefined): FileView {
  return {
    fileId: row.id,
    name: row.name,
    category: row.category,
    origin: row.origin,
    owner: row.owner_name,
    version: row.version,
    readyVersion: row.ready_version,
    state: newest?.state ?? 'receiving',
    reason: newest?.reason ?? null,
    scan: newest?.scan ?? null,
    contentType: newest?.content_type ?? 'application/octet-stream',
    bytes: newest?.bytes ?? 0,
    updatedAt: row.updated_at.toISOString(),
  };
}

export function versionView(row: VersionRecord, scans: readonly ScanRecord[]): VersionView {
  return {
    version: row.version,
    state: row.state,
    reason: row.reason,
    scan: row.scan,
    contentType: row.content_type,
    bytes: row.bytes,
    receivedBytes: row.received,
    sha256: row.sha256,
    comment: row.comment,
    restoredFrom: row.restored_from,
    uploadedBy: row.uploaded_name,
    uploadedAt: row.created_at.toISOString(),
    releasedBy: row.released_by,
    releaseReason: row.release_reason,
    scans: scans
      .filter(({ version_id }) => version_id === row.id)
      .map(({ outcome, scanner, finding, at }) => ({ outcome, scanner, finding, at: at.toISOString() })),
  };
}

export function permissionView(row: PermissionRecord): PermissionView {
  return {
    permissionId: row.id,
    kind: row.kind,
    role: row.role as PermissionView['role'],
    userId: row.user_id,
    access: row.access,
    expiresAt: row.expires_at?.toISOString() ?? null,
    downloads: row.downloads,
    grantedBy: row.granted_by,
    grantedAt: row.created_at.toISOString(),
    url: null,
  };
}

export function heldView(row: HeldVersion): z.input<Operations['held']['output']>['items'][number] {
  return {
    fileId: row.file_id,
    name: row.name,
    category: row.category,
    origin: row.origin,
    version: row.version,
    state: row.state,
    reason: row.reason,
    contentType: row.content_type,
    bytes: row.bytes,
    receivedBytes: row.received,
    uploadedBy: row.uploaded_name,
    uploadedAt: row.created_at.toISOString(),
  };
}
