import { plot, when } from './helpers.js';

const COLORS = ['#B42318', '#B54708', '#1F4B99', '#7A5AF8', '#0E7090', '#98A2B3'];
const DAY_MS = 86_400_000;
const causeOf = (code) => code.toLowerCase().replaceAll('_', ' ');

/** Denials as a table, and by day and cause. */
export default function transform(data) {
  const items = data?.items ?? [];
  const times = items.map(({ firstAt }) => Date.parse(firstAt.slice(0, 10)));
  const first = Math.min(...times);
  const days = Array.from(
    { length: times.length === 0 ? 0 : (Math.max(...times) - first) / DAY_MS + 1 },
    (_, n) => new Date(first + n * DAY_MS).toISOString().slice(0, 10),
  );
  const causes = [...new Set(items.map(({ code }) => code))].sort();
  return {
    rows: items.map((item) => ({
      when: when(item.firstAt),
      cause: causeOf(item.code),
      user: item.user ?? `device ${item.device.slice(0, 8)}`,
      licence: item.licence,
      product: item.product,
      attempts: item.attempts,
    })),
    byDay:
      items.length === 0
        ? undefined
        : plot(
            causes.map((code, n) => ({
              type: 'bar',
              name: causeOf(code),
              x: days,
              y: days.map(
                (day) => items.filter((item) => item.code === code && item.firstAt.startsWith(day)).length,
              ),
              marker: { color: COLORS[n % COLORS.length] },
            })),
            { barmode: 'stack' },
          ),
  };
}
