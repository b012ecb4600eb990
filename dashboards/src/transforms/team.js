import { brief, oneDecimal } from './helpers.js';

const signed = (change) =>
  change === null ? '—' : change === 0 ? '=' : `${change > 0 ? '▲' : '▼'} ${oneDecimal(Math.abs(change))}`;

/** Builders of a week, those who need attention first. */
export default function transform(data) {
  return {
    rows: (data?.items ?? []).map((row) => ({
      builderId: row.builderId,
      name: row.name,
      team: row.team,
      grade: row.grade === 'insufficient evidence' ? 'none' : (row.grade ?? '—'),
      score: oneDecimal(row.score),
      change: signed(row.change),
      trend: row.trend.status === 'not enough data' ? '—' : row.trend.status,
      plan: row.plan ? `until ${row.plan.endsOn}` : '—',
      why: brief(row.attention.join(' ') || '—', 60),
    })),
  };
}
