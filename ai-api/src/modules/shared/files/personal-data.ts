import type { TenantTransaction } from '../../../platform/database/index.ts';
import type { PersonalData } from '../../../platform/personal-data.ts';
import type { Identity } from '../identity/index.ts';
import type { People } from '../people/index.ts';
import type { Parts } from './parts.ts';
import { filesAbout, filesOf, namesErased, removePermissionsOf } from './person-store.ts';
import { deleteFile } from './purge.ts';

interface Persons {
  identity: Pick<Identity, 'emails'>;
  people: Pick<People, 'findBuilder'>;
}

/**
 * What is held about a person: files about them, which an erasure deletes, and files that they uploaded, which belong to
 * the company and lose the name.
 */
export function personalDataOf(
  parts: Pick<Parts, 'jobs' | 'now'>,
  { identity, people }: Persons,
): PersonalData {
  /** `user:<id>` of the person that a subject means. */
  async function ownerOf(transaction: TenantTransaction, subject: string): Promise<string | null> {
    if (subject.startsWith('user:')) return subject;
    if (!subject.startsWith('builder:')) return null;
    const builder = await people.findBuilder(transaction, subject.slice('builder:'.length));
    const email = builder?.email.toLowerCase();
    const accounts = await identity.emails(transaction);
    return [...accounts].find(([, address]) => address.toLowerCase() === email)?.[0] ?? null;
  }

  return {
    tables: ['files.files', 'files.versions', 'files.permissions'],
    about: async (transaction, subject) => {
      const owner = await ownerOf(transaction, subject);
      const about = await filesAbout(transaction, subject);
      const uploaded = owner === null ? [] : await filesOf(transaction, owner);
      if (about.length + uploaded.length === 0) return null;
      const view = ({ id, name, category, origin, created_at }: (typeof about)[number]) => ({
        fileId: id,
        name,
        category,
        origin,
        createdAt: created_at.toISOString(),
      });
      return { filesAbout: about.map(view), filesUploaded: uploaded.map(view) };
    },
    erase: async (transaction, tenantId, subject) => {
      const owner = await ownerOf(transaction, subject);
      const about = await filesAbout(transaction, subject);
      for (const { id } of about) await deleteFile(parts, transaction, tenantId, id, parts.now());
      if (owner !== null) {
        await namesErased(transaction, owner);
        await removePermissionsOf(transaction, owner.slice('user:'.length));
      }
      return about.length;
    },
  };
}
