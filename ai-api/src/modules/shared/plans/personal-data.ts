import { mentions, type PersonalData } from '../../../platform/personal-data.ts';

/** Who gave a company another plan than it pays for, and why. */
export function personalData(): PersonalData {
  return {
    tables: [mentions('plans.overrides', 'set_by')],
    disclosure: {
      categories: ['Who changed the plan of the company'],
      source: 'Administrators of the installation',
      purpose: 'Accountability for what a company may use',
      sharedWith: [],
    },
  };
}
