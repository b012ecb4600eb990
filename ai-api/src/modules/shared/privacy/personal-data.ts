import { sql } from 'kysely';
import { mentions, type PersonalData } from '../../../platform/personal-data.ts';

/** Requests and who handled them. They stay as a record of what was done, without the person. */
export function personalData(): PersonalData {
  return {
    tables: [
      {
        table: 'privacy.requests',
        of: ['subject', 'person{}'],
        by: ['requested_by', 'requested_user', 'confirmed_by', 'confirmed_user'],
        erase: { keep: 'It is the record of the request; whom it was about is emptied at its end.' },
        withheld: ['person'],
      },
      mentions('privacy.steps'),
      { ...mentions('privacy.holds', 'set_by', 'released_by'), of: ['subject'] },
      {
        table: 'privacy.objections',
        of: ['subjects[]'],
        erase: {
          keep: 'An objection holds for what remains under the pseudonym. Agreements are deleted.',
        },
      },
      mentions('privacy.retention', 'set_by'),
      mentions('privacy.analytics_bases', 'set_by'),
    ],
    erase: async (transaction, _tenantId, subject) => {
      const { numDeletedRows } = await transaction
        .deleteFrom('privacy.objections')
        .where('kind', '=', 'consent')
        .where(sql<boolean>`${subject} = any(subjects)`)
        .executeTakeFirst();
      return Number(numDeletedRows);
    },
    disclosure: {
      categories: ['Requests about personal data, legal holds, objections and agreements'],
      source: 'Administrators who record what people ask',
      purpose: 'Answering requests, and proving that they were answered',
      sharedWith: [],
    },
  };
}
