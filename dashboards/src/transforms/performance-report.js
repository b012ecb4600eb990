import { badge, block, esc, figure, oneDecimal, padded, quiet } from './helpers.js';

/** The weekly report as figures, and those who did best. */
export default function transform(data) {
  if (!data?.week || typeof data.builders !== 'number') return {};
  const before = data.meanScoreBefore;
  const change = data.meanScore === null || before === null ? null : data.meanScore - before;
  return {
    weekCard: figure(
      'Week',
      data.week,
      { complete: 'Every builder was judged', running: 'The run is not complete yet' }[data.status] ??
        'Not enough data yet',
    ),
    meanCard: figure(
      'Mean score',
      oneDecimal(data.meanScore),
      change === null
        ? 'No earlier week to compare'
        : `${change >= 0 ? '▲' : '▼'} ${oneDecimal(Math.abs(change))} since the previous week`,
      change !== null && change < -5 ? 'warning' : undefined,
    ),
    gradedCard: figure(
      'Graded',
      `${data.graded} of ${data.builders}`,
      Object.entries(data.grades)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([grade, n]) => `${grade} ${n}`)
        .join(' · ') || 'No grades',
    ),
    attentionCard: figure(
      'Need attention',
      String(data.attention.length),
      'Falling, uncertain, or on a plan that ends soon',
      data.attention.length > 0 ? 'warning' : undefined,
    ),
    best:
      data.best.length === 0
        ? undefined
        : padded(
            data.best
              .map((row) =>
                block(
                  `<strong style="color:#101828">${esc(row.name)}</strong> ${badge(row.grade ?? '—')} ${oneDecimal(row.score)}${quiet(esc(row.team))}`,
                ),
              )
              .join(''),
          ),
  };
}
