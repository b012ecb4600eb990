import { market } from './helpers.js';

/** Projects as a table. */
export default function transform(data) {
  return {
    rows: (data?.items ?? []).map((project) => ({
      projectId: project.projectId,
      name: project.name,
      stage: project.stage,
      status: project.status.replace('_', ' '),
      lead: project.builderId,
      market: market(project.tamUsd),
      goal: project.goal ?? '—',
    })),
  };
}
