import { ago } from './helpers.js';

/** Workflows as a table. */
export default function transform(data) {
  return {
    rows: (data?.items ?? []).map((one) => ({
      instanceId: one.instanceId,
      template: one.template,
      state: one.state.replaceAll('_', ' '),
      by: one.startedBy,
      at: ago(one.createdAt),
    })),
  };
}
