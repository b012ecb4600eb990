import { folderName, when } from './helpers.js';

/** Whether a part of the text itself is missing, and not only what belongs to no reader. */
const MISSING = ['no text', 'unreadable font', 'form', 'embedded'];
const isPartly = ({ unread, indexedVersion, version }) =>
  indexedVersion === version && (unread ?? []).some(({ reason }) => MISSING.includes(reason));

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
        (isPartly(one) ? 'in part' : undefined) ??
        (one.indexedVersion === one.version ? 'yes' : `version ${one.indexedVersion}`),
      version: String(one.version),
      updated: when(one.updatedAt),
    })),
  };
}
