import { ago } from './helpers.js';

const cost = ({ totalCost, costDetails }) => {
  const total = totalCost ?? costDetails?.total;
  return total === undefined || total === null ? '—' : `$${Number(total).toFixed(4)}`;
};

/** Calls of models as Langfuse keeps them. */
export default function transform(data) {
  return {
    rows: (data?.data ?? []).map((one) => ({
      traceId: one.traceId,
      name: one.name ?? '—',
      model: one.providedModelName ?? one.model ?? one.modelId ?? '—',
      level: one.level === 'DEFAULT' ? 'ok' : (one.level ?? '—').toLowerCase(),
      latency:
        one.latency === undefined || one.latency === null ? '—' : `${Number(one.latency).toFixed(1)} s`,
      cost: cost(one),
      at: ago(one.startTime),
    })),
  };
}
