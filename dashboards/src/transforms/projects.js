/** Projects as a table; the market in millions of dollars. */
export default function transform(data) {
  return {
    rows: (data?.items ?? []).map((project) => ({
      projectId: project.projectId,
      name: project.name,
      stage: project.stage,
      status: project.status.replace('_', ' '),
      lead: project.builderId,
      market:
        project.tamUsd === null ? '—' : `$${Math.round(project.tamUsd / 1e6).toLocaleString('en-US')} M`,
      goal: project.goal ?? '—',
    })),
  };
}
