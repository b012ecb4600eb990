import type { PersonalData } from '../../../platform/personal-data.ts';

/** Performance plans with their check-ins. */
export function personalData(): PersonalData {
  return {
    tables: [
      {
        table: 'performance.check_ins',
        within: { column: 'pip_id', table: 'performance.pips' },
        by: ['made_by'],
        erase: 'delete',
      },
      {
        table: 'performance.pips',
        of: ['builder_id'],
        by: ['created_by', 'closed_by'],
        erase: 'delete',
      },
    ],
    disclosure: {
      categories: ['Performance plans: goals, check-ins and outcome'],
      source: 'Managers',
      purpose: 'Agreeing on goals and following them up',
      sharedWith: [],
    },
  };
}
