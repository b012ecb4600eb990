import { plot } from './helpers.js';

/** Cost by day as Langfuse counts it. */
export default function transform(data) {
  const days = data?.data ?? [];
  if (days.length === 0) return {};
  const day = (row) => String(row.time_dimension ?? row.timeDimension ?? '').slice(0, 10);
  return {
    costs: plot([
      {
        type: 'bar',
        name: 'US dollars per day',
        x: days.map(day),
        y: days.map((row) => Number(row.sum_totalCost ?? 0)),
        marker: { color: '#1F4B99' },
      },
    ]),
  };
}
