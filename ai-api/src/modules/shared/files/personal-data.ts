import { mentions, type PersonalData } from '../../../platform/personal-data.ts';
import { userOfSubject } from '../identity/index.ts';
import type { People } from '../people/index.ts';
import type { Parts } from './parts.ts';
import { filesAbout, filesOf, filesReleasedBy, filesSharedBy, namesErased } from './person-store.ts';
import { deleteFile } from './purge.ts';
import type { FileRecord } from './store.ts';

/**
 * What is held about a person: files about them, which an erasure deletes, and files that they uploaded, shared or
 * released, which belong to the company and lose the name.
 */
export function personalDataOf(
  parts: Pick<Parts, 'jobs' | 'now'>,
  people: Pick<People, 'findBuilder'>,
): PersonalData {
  return {
    tables: [
      {
        table: 'files.files',
        of: ['owner', 'about[]'],
        by: ['owner_name'],
        erase: { keep: 'Files about the person are deleted; those that they uploaded are the company’s.' },
      },
      mentions('files.versions', 'uploaded_by', 'uploaded_name', 'released_by', 'released_user'),
      {
        ...mentions('files.permissions', 'granted_by', 'granted_user'),
        of: ['user_id'],
        erase: 'delete',
        withheld: ['token_hash'],
      },
      mentions('files.scans'),
    ],
    disclosure: {
      categories: ['Files about a person, and who uploaded, shared and released a file'],
      source: 'People who upload, and reports that the product makes',
      purpose: 'Keeping and sharing files',
      sharedWith: ['People who have a link that was shared'],
    },
    files: async (transaction, subject) => {
      const userId = await userOfSubject(transaction, people, subject);
      const uploaded = userId === null ? [] : await filesOf(transaction, `user:${userId}`);
      const own = uploaded.filter(({ owner, about }) => owner === `user:${userId}` && about.length === 0);
      const about = (await filesAbout(transaction, subject)).filter(({ category }) => category !== 'export');
      const all = [...about, ...own];
      return all.flatMap(({ id: fileId, name, ready_version: version }) =>
        version === null ? [] : [{ fileId, version, name }],
      );
    },
    about: async (transaction, subject) => {
      const userId = await userOfSubject(transaction, people, subject);
      const about = await filesAbout(transaction, subject);
      const uploaded = userId === null ? [] : await filesOf(transaction, `user:${userId}`);
      const shared = userId === null ? [] : await filesSharedBy(transaction, userId);
      const released = userId === null ? [] : await filesReleasedBy(transaction, userId);
      if (about.length + uploaded.length + shared.length + released.length === 0) return null;
      return {
        filesAbout: about.map(view),
        filesUploaded: uploaded.map(view),
        filesShared: shared.map(view),
        filesReleased: released.map(view),
      };
    },
    erase: async (transaction, tenantId, subject) => {
      const userId = await userOfSubject(transaction, people, subject);
      const about = await filesAbout(transaction, subject);
      for (const { id } of about) await deleteFile(parts, transaction, tenantId, id, parts.now());
      if (userId !== null) await namesErased(transaction, userId);
      return about.length;
    },
  };
}

function view({ id, name, category, origin, created_at }: FileRecord) {
  return { fileId: id, name, category, origin, createdAt: created_at.toISOString() };
}
