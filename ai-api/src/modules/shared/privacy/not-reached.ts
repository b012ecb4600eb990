import type { TenantTransaction } from '../../../platform/database/index.ts';
import { DAY_MS } from '../../../platform/durations.ts';
import { namingEntries } from '../audit/index.ts';
import { anyOf, patternsOf } from './engine/pattern.ts';
import type { Person } from './engine/person.ts';

interface NotReached {
  what: string;
  why: string;
  until: string | null;
}

/** What an erasure does not reach, and until when it is there. */
export async function notReached(
  transaction: TenantTransaction,
  person: Person,
  now: Date,
  backupDays: number,
): Promise<NotReached[]> {
  const pattern = anyOf(patternsOf(person));
  const entries = pattern === null ? 0 : await namingEntries(transaction, pattern);
  const backups = new Date(now.getTime() + backupDays * DAY_MS).toISOString();
  return [
    {
      what: 'Backups and the write-ahead log of the database',
      why: 'A backup is never changed. Restore one only together with the erasures since.',
      until: backups,
    },
    {
      what: 'An export of the company that was being made while the erasure ran',
      why: 'It may have read the person before. Delete it and make another.',
      until: null,
    },
    {
      what: 'Documents of the company whose content names the person',
      why: 'Texts that were made from them are changed, the files are not. Upload a version without the name.',
      until: null,
    },
    {
      what: 'Mail that was delivered, files that were downloaded, events that were delivered, and logs',
      why: 'They have left this system.',
      until: null,
    },
    {
      what: 'The sources that the company imports from',
      why: 'The next import brings the person back. Erase them there too.',
      until: null,
    },
    {
      what: 'What was written about the person while the erasure ran',
      why: 'Tables are changed one after the other. Record another erasure if something was.',
      until: null,
    },
    {
      what: 'Ids that are made from the name or the address',
      why: 'Other records refer to them. Import builders by ids that say nothing.',
      until: null,
    },
    ...(person.sharedNames.length > 0
      ? [
          {
            what: 'The name of the person in texts, since another active builder or account has the same name',
            why: 'It would be taken from the other one as well.',
            until: null,
          },
        ]
      : []),
    ...(entries > 0
      ? [
          {
            what: `${entries} entries of the audit trail in which the name of an API key or a subject names the person`,
            why: 'The chain covers them, and would break.',
            until: null,
          },
        ]
      : []),
  ];
}
