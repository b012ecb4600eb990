import { mentions, type PersonalData } from '../../../platform/personal-data.ts';

/** Reviews of judgements: what they are about, and who reviewed them. */
export function personalData(): PersonalData {
  return {
    tables: [
      {
        table: 'quality.reviews',
        of: ['subject_id'],
        erase: { keep: 'It holds a grade and no content; measures of agreement are counted from it.' },
      },
      { ...mentions('quality.assignments', 'reviewer', 'reviewer_name') },
      mentions('quality.scores', 'reviewer', 'reviewer_name'),
      mentions('quality.score_configs', 'created_by'),
      mentions('quality.sampling', 'updated_by'),
    ],
    disclosure: {
      categories: ['Samples of judgements with the scores and comments of reviewers'],
      source: 'Reviewers',
      purpose: 'Measuring whether judgements are right',
      sharedWith: ['Langfuse, where the company connected it'],
    },
  };
}
