import type { PersonalData } from '../../../platform/personal-data.ts';

/** Who was informed of how they are judged, and how. */
export function personalData(): PersonalData {
  return {
    tables: [
      {
        table: 'notices.informed',
        of: ['builder_id'],
        by: ['recorded_by'],
        erase: 'delete',
      },
      { table: 'notices.versions', by: ['published_by'] },
    ],
    disclosure: {
      categories: ['Which notices of how they are judged they acknowledged, or were informed of otherwise'],
      source: 'The person and the company',
      purpose: 'Showing that people were informed',
      sharedWith: [],
    },
  };
}
