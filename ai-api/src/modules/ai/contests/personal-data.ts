import type { PersonalData } from '../../../platform/personal-data.ts';

/** The contests of a person. An erasure takes who they are and what was written; that a contest was decided stays. */
export function personalData(): PersonalData {
  return {
    tables: [
      {
        table: 'contests.contests',
        of: ['builder_id', 'opened_user'],
        by: ['decided_by', 'decided_user', 'subject_id'],
        erase: { set: { builder_id: null, reason: '', facts: '[]', decision_reason: null, sent_to: '[]' } },
      },
    ],
    disclosure: {
      categories: ['Judgements that they contested, with their reasons and what became of it'],
      source: 'The person',
      purpose: 'Deciding contests',
      sharedWith: [],
    },
  };
}
