import type { TenantTransaction } from '../../../platform/database/index.ts';
import type { PersonalData } from '../../../platform/personal-data.ts';
import type { Identity } from '../../shared/identity/index.ts';
import type { People } from '../../shared/people/index.ts';
import { subjectOf } from './kinds.ts';
import { commitsOfAuthor, removePerson } from './store.ts';

interface Persons {
  identity: Pick<Identity, 'emails'>;
  people: Pick<People, 'findBuilder'>;
}

/** The e-mail address by which commits of a subject such as `user:<id>` or `builder:<id>` are known; null for none. */
export async function emailOfSubject(
  transaction: TenantTransaction,
  { identity, people }: Persons,
  subject: string,
): Promise<string | null> {
  if (subject.startsWith('user:')) return (await identity.emails(transaction)).get(subject) ?? null;
  if (!subject.startsWith('builder:')) return null;
  return (await people.findBuilder(transaction, subject.slice('builder:'.length)))?.email ?? null;
}

/**
 * The commits of a person, by the e-mail address of their author: listed in an access report. After an erasure they have no
 * author, and no message names the address.
 */
export function personalDataOf(persons: Persons): PersonalData {
  return {
    tables: ['context.commits'],
    about: async (transaction, subject) => {
      const email = await emailOfSubject(transaction, persons, subject);
      const commits = email === null ? [] : await commitsOfAuthor(transaction, email);
      if (commits.length === 0) return null;
      return {
        commits: commits.map(({ sha, message, author_name, author_email, authored_at, full_name }) => ({
          repository: full_name,
          sha,
          subject: subjectOf(message),
          authorName: author_name,
          authorEmail: author_email,
          authoredAt: authored_at.toISOString(),
        })),
      };
    },
    erase: async (transaction, _tenantId, subject) => {
      const email = await emailOfSubject(transaction, persons, subject);
      return email === null ? 0 : removePerson(transaction, email);
    },
  };
}
