import type { TenantTransaction } from '../../../platform/database/index.ts';
import type { Parts } from './parts.ts';
import type { ApprovalRecord } from './store.ts';

/** The files of a request with links to those that are ready; what an earlier release stored gets its files now. */
export async function attachmentsOf(
  transaction: TenantTransaction,
  { files }: Pick<Parts, 'files'>,
  { tenant_id: tenantId, builder_id, submitted_by, attachments }: ApprovalRecord,
) {
  const shown = [];
  for (const { key, name, contentType, bytes } of attachments) {
    // Named by its key, under which an earlier release stored it too.
    const fileId = key.slice(key.lastIndexOf('/') + 1);
    await files.adopt(transaction, {
      fileId,
      version: 1,
      name,
      category: 'attachment',
      origin: 'approval',
      key,
      contentType,
      bytes,
      uploadedBy: submitted_by,
      about: [`builder:${builder_id}`],
    });
    const found = await files.find(transaction, fileId, 1);
    shown.push({
      name,
      contentType,
      bytes,
      state: found?.version.state ?? ('deleted' as const),
      url: files.url(tenantId, fileId, 1),
    });
  }
  return shown;
}
