import { when } from './helpers.js';

/** Executions of n8n as a table. */
export default function transform(data, { queries }) {
  const names = new Map((queries.workflows?.rawData?.data ?? []).map(({ id, name }) => [id, name]));
  return {
    rows: (data?.data ?? []).map((execution) => ({
      id: String(execution.id),
      workflow: names.get(execution.workflowId) ?? execution.workflowId,
      status: execution.status,
      mode: execution.mode,
      started: when(execution.startedAt),
      stopped: when(execution.stoppedAt),
    })),
  };
}
