import { mentions, type PersonalData } from '../../../platform/personal-data.ts';

/** Workflow templates, and who wrote, approved and published them. */
export function personalData(): PersonalData {
  return {
    tables: [
      mentions('workflows.templates'),
      mentions('workflows.versions', 'created_by', 'created_by_id', 'published_by'),
      mentions('workflows.approvals', 'approved_by', 'approved_by_id'),
    ],
    disclosure: {
      categories: ['Who wrote, approved and published a workflow'],
      source: 'People who edit workflows',
      purpose: 'Accountability for what workflows do',
      sharedWith: [],
    },
  };
}
