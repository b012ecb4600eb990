import { mentions, type PersonalData } from '../../../platform/personal-data.ts';

/** Which session of a coding assistant wrote which lines. */
export function personalData(): PersonalData {
  return {
    tables: [mentions('context.attributions')],
    disclosure: {
      categories: ['Lines of commits by the session that wrote them'],
      source: 'Notes of coding assistants in repositories',
      purpose: 'Explaining where lines come from',
      sharedWith: [],
    },
  };
}
