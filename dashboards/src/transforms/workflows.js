import { when } from './helpers.js';

/** Workflows of n8n as a table. */
export default function transform(data) {
  return {
    rows: (data?.data ?? []).map((workflow) => ({
      id: workflow.id,
      name: workflow.name,
      state: workflow.active ? 'active' : 'off',
      updated: when(workflow.updatedAt),
      tags: (workflow.tags ?? []).map(({ name }) => name).join(', ') || '—',
    })),
  };
}
