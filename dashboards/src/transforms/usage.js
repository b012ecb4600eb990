import { count, dollars, figure, plot } from './helpers.js';

/** What models cost by day. */
export default function transform(data) {
  const items = data?.items;
  if (!items) return {};
  const sum = (key) => items.reduce((total, row) => total + row[key], 0);
  const days = [...items].sort((a, b) => String(a.day).localeCompare(String(b.day)));
  const attempts = sum('attempts');
  return {
    costCard: figure(
      'Model cost, 30 days',
      dollars(sum('costMicros')),
      sum('unpriced') > 0
        ? `${count(sum('unpriced'))} calls without a known price`
        : `${count(attempts)} calls`,
    ),
    failedCard: figure(
      'Failed calls',
      count(sum('failed')),
      attempts === 0 ? 'No model calls' : `${((sum('failed') / attempts) * 100).toFixed(1)} % of all calls`,
      sum('failed') > 0 ? 'warning' : undefined,
    ),
    tokensCard: figure(
      'Tokens',
      count(sum('tokensIn') + sum('tokensOut')),
      `${count(sum('tokensCached'))} of them cached`,
    ),
    costs:
      items.length === 0
        ? undefined
        : plot([
            {
              type: 'bar',
              name: 'US dollars per day',
              x: days.map(({ day }) => day),
              y: days.map(({ costMicros }) => costMicros / 1e6),
              marker: { color: '#1F4B99' },
            },
          ]),
  };
}
