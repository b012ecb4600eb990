import { mentions, type PersonalData } from '../../../platform/personal-data.ts';

/** Prompts, experiments and optimisations, and who changed them. */
export function personalData(): PersonalData {
  return {
    tables: [
      mentions('prompts.prompts'),
      mentions('prompts.versions', 'created_by', 'created_by_id'),
      mentions('prompts.approvals', 'approved_by', 'approved_by_id'),
      mentions('prompts.checks', 'checked_by'),
      mentions('prompts.labels', 'moved_by'),
      mentions('prompts.label_moves', 'moved_by'),
      mentions('prompts.experiments', 'created_by'),
      mentions('prompts.optimizations', 'decided_by', 'requested_by', 'requested_by_id'),
    ],
    disclosure: {
      categories: ['Who wrote, checked, approved and published a prompt'],
      source: 'People who edit prompts',
      purpose: 'Accountability for what models are asked',
      sharedWith: ['Langfuse, where the company connected it'],
    },
  };
}
