import { mentions, type PersonalData } from '../../../platform/personal-data.ts';

/** Decisions that people were asked for by e-mail. */
export function personalData(): PersonalData {
  return {
    tables: [
      { ...mentions('decisions.requests', 'decided_by', 'requested_by'), withheld: ['callback_secret'] },
      {
        table: 'decisions.links',
        by: ['approver_id'],
        within: { column: 'approver_id', table: 'decisions.approvers' },
        erase: 'delete',
        withheld: ['hash'],
      },
      { table: 'decisions.approvers', of: ['email'], erase: { set: { email: '{email}', mail_error: null } } },
    ],
    disclosure: {
      categories: ['E-mail addresses of approvers, what they were asked and what they decided'],
      source: 'Workflows and people who ask for a decision',
      purpose: 'Decisions by people',
      sharedWith: [],
    },
  };
}
