import type { PersonalData } from '../../../platform/personal-data.ts';
import { userOfSubject } from '../identity/index.ts';
import type { People } from '../people/index.ts';
import type { Parts } from './parts.ts';
import {
  filesAbout,
  filesOf,
  filesReleasedBy,
  filesSharedBy,
  namesErased,
  removePermissionsOf,
} from './person-store.ts';
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
    tables: ['files.files', 'files.versions', 'files.permissions'],
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
      if (userId !== null) {
        await namesErased(transaction, userId);
        await removePermissionsOf(transaction, userId);
      }
      return about.length;
    },
  };
}

function view({ id, name, category, origin, created_at }: FileRecord) {
  return { fileId: id, name, category, origin, createdAt: created_at.toISOString() };
}
