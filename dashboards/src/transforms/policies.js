import { folderName, when } from './helpers.js';

/** Documents as a table. */
export default function transform(data) {
  return {
    isPending: (data?.items ?? []).some(({ state }) => state === 'pending'),
    all: (data?.items ?? []).map(({ folder, name, title, version }) => ({ folder, name, title, version })),
    rows: (data?.items ?? []).map((one) => ({
      documentId: one.documentId,
      title: one.title,
      folder: folderName(one.folder),
      status: one.status,
      index:
        { pending: 'pending', failed: 'failed' }[one.state] ??
        (one.indexedVersion === one.version ? 'yes' : `version ${one.indexedVersion}`),
      version: String(one.version),
      updated: when(one.updatedAt),
    })),
  };
}
