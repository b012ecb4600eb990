import type { TenantTransaction } from '../../../platform/database/index.ts';
import { mentions, type PersonalData } from '../../../platform/personal-data.ts';
import { byAge } from '../../../platform/retention.ts';
import type { Identity } from '../../shared/identity/index.ts';
import type { People } from '../../shared/people/index.ts';
import { subjectOf } from './kinds.ts';
import { commitsOfAuthor, removePerson } from './store.ts';

interface Persons {
  identity: Pick<Identity, 'emails'>;
  people: Pick<People, 'findBuilder'>;
}

/** The e-mail address by which commits of a `user:<id>`, `builder:<id>` or `email:<address>` are known; null for none. */
export async function emailOfSubject(
  transaction: TenantTransaction,
  { identity, people }: Persons,
  subject: string,
): Promise<string | null> {
  if (subject.startsWith('email:')) return subject.slice('email:'.length);
  if (subject.startsWith('user:')) return (await identity.emails(transaction)).get(subject) ?? null;
  if (!subject.startsWith('builder:')) return null;
  return (await people.findBuilder(transaction, subject.slice('builder:'.length)))?.email ?? null;
}

/**
 * The commits of a person, by the e-mail address of their author: all of them in an export. After an erasure they have no
 * author, and no message names the address.
 */
export function personalDataOf(persons: Persons): PersonalData {
  return {
    tables: [
      { table: 'context.commits', of: ['author_email'], by: ['author_name'] },
      mentions('context.commit_files'),
      mentions('context.repositories'),
      mentions('context.git_deliveries'),
      {
        ...mentions('context.git_connections'),
        withheld: ['webhook_secret', 'previous_secret', 'credential'],
      },
    ],
    disclosure: {
      categories: ['Commits with the name and e-mail address of their author'],
      source: 'Repositories that the company connected',
      purpose: 'Linking conversations to commits',
      sharedWith: [],
    },
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
    retention: [
      byAge({
        kind: 'git-deliveries',
        title: 'Webhooks of repositories as they were received',
        table: 'context.git_deliveries',
        column: 'received_at',
        keeps: 'Commits, which are the history of the company’s code, and deliveries that wait.',
        floor: 'A forge sends a webhook again within days; a known one is recorded once.',
        only: "state <> 'queued'",
        defaultDays: 30,
        minDays: 7,
        maxDays: 3650,
      }),
    ],
  };
}
