import { when } from './helpers.js';

/** Calls of models as Langfuse keeps them. */
export default function transform(data) {
  return {
    rows: (data?.data ?? []).map((one) => ({
      traceId: one.traceId,
      name: one.name ?? '—',
      model: one.providedModelName ?? one.model ?? '—',
      level: one.level === 'DEFAULT' ? 'ok' : (one.level ?? '—').toLowerCase(),
      latency:
        one.latency === undefined || one.latency === null ? '—' : `${Number(one.latency).toFixed(1)} s`,
      cost:
        one.totalCost === undefined || one.totalCost === null ? '—' : `$${Number(one.totalCost).toFixed(4)}`,
      at: when(one.startTime),
    })),
  };
}
