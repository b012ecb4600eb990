import { figure } from './helpers.js';

/** Queues of jobs, with dead letters first. */
export default function transform(data) {
  const items = data?.items ?? [];
  const sum = (key) => items.reduce((total, item) => total + item[key], 0);
  const oldest = Math.max(0, ...items.map(({ oldestAgeSeconds }) => oldestAgeSeconds ?? 0));
  const minutes = Math.round(oldest / 60);
  return {
    rows: [...items]
      .sort((a, b) => b.failed - a.failed || b.depth - a.depth)
      .map((item) => ({
        ...item,
        oldest: item.oldestAgeSeconds === null ? '—' : `${Math.round(item.oldestAgeSeconds)} s`,
      })),
    deadCard: figure(
      'Dead letters',
      String(sum('failed')),
      sum('failed') === 0 ? 'No dead letters' : 'Retry or discard them below',
      sum('failed') > 0 ? 'bad' : undefined,
    ),
    waitingCard: figure(
      'Waiting',
      String(sum('depth')),
      minutes === 0 ? 'Oldest: under a minute' : `Oldest: ${minutes} min`,
      minutes > 10 ? 'warning' : undefined,
    ),
    runningCard: figure('Running', String(sum('running')), `in ${items.length} queues`),
  };
}
