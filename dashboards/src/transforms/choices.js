import { choice, kindName } from './helpers.js';

/** Builders, projects or agents as choices of a dropdown. */
export default function transform(data) {
  return {
    options: (data?.items ?? []).map((item) =>
      choice(item.projectId ?? item.agentId ?? item.builderId ?? item.kind, item.name ?? kindName(item.kind)),
    ),
  };
}
