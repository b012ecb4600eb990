import { dollars, when } from './helpers.js';

/** Agents as a table. */
export default function transform(data) {
  return {
    rows: (data?.items ?? []).map((agent) => ({
      agentId: agent.agentId,
      name: agent.name,
      purpose: agent.purpose,
      version: String(agent.version),
      budget: agent.dailyCostMicros === null ? 'none' : `${dollars(agent.dailyCostMicros)} per day`,
      changed: when(agent.updatedAt),
    })),
  };
}
