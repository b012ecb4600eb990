import { count, esc, padded, quiet } from './helpers.js';

const SHOWN = 8;

/** What a request would reach, the largest first. */
export default function transform(data) {
  if (!data?.items) return { card: '' };
  const rows = [...data.items].sort((a, b) => b.about + b.mentions - a.about - a.mentions);
  const lines = rows
    .slice(0, SHOWN)
    .map(
      ({ table, about, mentions }) =>
        `<div>${esc(table)}: ${count(about)} rows, named in ${count(mentions)}</div>`,
    );
  const holds = (data.holds ?? []).map((hold) => `<div><strong>${esc(hold)}</strong></div>`).join('');
  const more = rows.length > SHOWN ? quiet(`and ${rows.length - SHOWN} further tables`) : '';
  return {
    card: padded(
      `${holds}<div><strong>${count(data.about)} rows about the person, ${count(data.mentions)} that name them</strong></div>${lines.join('')}${more}`,
    ),
  };
}
