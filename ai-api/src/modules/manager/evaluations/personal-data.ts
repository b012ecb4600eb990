import { mentions, type PersonalData } from '../../../platform/personal-data.ts';

/** Evaluations of builders. After an erasure a grade without a name, a reason or facts is left, for totals. */
export function personalData(): PersonalData {
  return {
    tables: [
      mentions('evaluations.runs', 'started_by'),
      {
        table: 'evaluations.evaluations',
        of: ['builder_id'],
        by: ['email'],
        erase: { set: { name: '{name}', email: '{email}', feedback: null, error: null, answer: null } },
      },
      {
        table: 'evaluations.project_grades',
        within: { column: 'evaluation_id', table: 'evaluations.evaluations' },
        erase: { keep: 'It is the grade of a project.' },
      },
    ],
    disclosure: {
      categories: ['Weekly grades with reasons and feedback'],
      source: 'Judgements by rules, models and people',
      purpose: 'Weekly feedback',
      sharedWith: ['The mail provider that sends the e-mail'],
    },
  };
}
