import { badge, count, esc, fact, line, plot } from './helpers.js';

/** One project: its stage and how it came there, users and revenue of the last weeks. */
export default function transform(data) {
  if (!data?.projectId) return {};
  const weeks = [...(data.weeks ?? [])].sort((a, b) => a.week.localeCompare(b.week));
  const labels = weeks.map(({ week }) => week);
  const steps = (data.history ?? []).map(
    ({ stage, enteredOn }) => `${esc(stage)} <span style="color:#667085">since ${esc(enteredOn)}</span>`,
  );
  return {
    summary: `<div style="padding:4px 8px"><div style="font-size:18px;font-weight:600;color:#101828">${esc(data.name)}</div><div style="margin:8px 0">${badge(data.stage, 'neutral')} ${badge(data.status.replace('_', ' '), data.status === 'active' ? 'good' : 'neutral')}</div>${fact('Goal', esc(data.goal ?? '—'))}${fact('Market', data.tamUsd === null ? 'Not estimated' : `$${count(data.tamUsd)}: ${esc(data.tamRationale ?? 'no reason given')}`)}${fact('Stages', steps.join('<br>') || '—')}</div>`,
    users:
      weeks.length === 0
        ? undefined
        : plot([
            line(
              'Active users',
              '#1F4B99',
              labels,
              weeks.map(({ activeUsers }) => activeUsers),
            ),
          ]),
    revenue:
      weeks.length === 0
        ? undefined
        : plot([
            {
              type: 'bar',
              name: 'Revenue in dollars',
              x: labels,
              y: weeks.map(({ revenueMicros }) => (revenueMicros === null ? null : revenueMicros / 1e6)),
              marker: { color: '#1F4B99' },
            },
          ]),
  };
}
