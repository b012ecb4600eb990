import { mentions, type PersonalData } from '../../../platform/personal-data.ts';

/** Links between conversations and commits, and who decided them. Those of a conversation go with it. */
export function personalData(): PersonalData {
  return {
    tables: [mentions('context.links', 'decided_by')],
    disclosure: {
      categories: ['Which conversation led to which commit'],
      source: 'Comparison of conversations and commits, and people who confirm it',
      purpose: 'Explaining where code comes from',
      sharedWith: [],
    },
  };
}
