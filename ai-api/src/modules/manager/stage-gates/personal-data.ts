import { mentions, type PersonalData } from '../../../platform/personal-data.ts';

/** Stage gates of projects, and who decided them. */
export function personalData(): PersonalData {
  return {
    tables: [
      mentions('gates.gates', 'changed_by'),
      {
        table: 'gates.evaluations',
        of: ['builder_id'],
        by: ['waived_by', 'evaluated_by'],
        erase: { keep: 'It is the result of a project.' },
      },
    ],
    disclosure: {
      categories: ['Who led a project at a stage gate, and who evaluated or waived it'],
      source: 'People who move projects to another stage',
      purpose: 'Accountability for stages of projects',
      sharedWith: [],
    },
  };
}
