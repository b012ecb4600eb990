import type { PersonalData } from '../../../platform/personal-data.ts';
import { byAge } from '../../../platform/retention.ts';
import type { Accesses } from './service.ts';

/** Sentences of an export; its rows are complete. */
const EXPORTED = 1_000;

/** Who read what about a person. The name of the reader is read from the account, so that its pseudonym takes its place. */
export function personalData({ sentences }: Pick<Accesses, 'sentences'>): PersonalData {
  return {
    about: async (transaction, subject) => {
      const read = await sentences(transaction, subject, EXPORTED);
      return read.length === 0 ? null : { newest: read };
    },
    tables: [{ table: 'accesses.accesses', of: ['subject'], by: ['viewer'], erase: 'delete' }],
    disclosure: {
      categories: ['Who read data about them, when and for which purpose; what they read about others'],
      source: 'Requests to the product',
      purpose: 'Showing people who looked at their data',
      sharedWith: [],
    },
    retention: [
      byAge({
        kind: 'accesses',
        title: 'Records of who read data about people',
        table: 'accesses.accesses',
        column: 'last_at',
        floor: 'That exports are recorded is counted over the last 180 days.',
        defaultDays: 730,
        minDays: 180,
        maxDays: 3650,
      }),
    ],
  };
}
