import type { PersonalData } from '../../../platform/personal-data.ts';
import { lexemesOf } from './analysis.ts';

/** Passages of conversations with their search words and vectors. */
export function personalDataOf(search: { forgetVectors: NonNullable<PersonalData['forget']> }): PersonalData {
  return {
    tables: [
      {
        table: 'context.passages',
        exported: false,
        words: { column: 'words', of: (text) => lexemesOf(text) },
      },
    ],
    disclosure: {
      categories: ['Search words and vectors of conversations'],
      source: 'Conversations with coding assistants',
      purpose: 'Finding conversations',
      sharedWith: ['The embedding provider that the company configured'],
    },
    forget: search.forgetVectors,
  };
}
