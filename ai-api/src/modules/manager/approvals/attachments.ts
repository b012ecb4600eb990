import type { TenantTransaction } from '../../../platform/database/index.ts';
import type { Parts } from './parts.ts';
import type { ApprovalRecord } from './store.ts';

/** The files of a request with links, which work once a file is ready. */
export async function attachmentsOf(
  transaction: TenantTransaction,
  { files }: Pick<Parts, 'files'>,
  { tenant_id: tenantId, attachments }: ApprovalRecord,
) {
  const shown = [];
  for (const { key, name, contentType, bytes } of attachments) {
    // A file is named by the key of its object.
    const fileId = key.slice(key.lastIndexOf('/') + 1);
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
