import { count, esc, padded, quiet, when } from './helpers.js';

/** What some days of one kind would delete. */
export default function transform(data) {
  const one = data?.items?.[0];
  if (!one) return { card: '' };
  const total = data.total;
  const holds = (data.holds ?? []).map((hold) => `<div><strong>${esc(hold)}</strong></div>`).join('');
  const oldest = one.oldest ? quiet(`The oldest is of ${when(one.oldest)}.`) : '';
  const text =
    one.days === null
      ? 'It is kept for ever: nothing is deleted.'
      : `${count(total)} records from before ${when(one.before)} would be deleted.`;
  return {
    kind: one.kind,
    days: one.days,
    count: total,
    card: padded(
      `${holds}<div>${esc(one.title)}, ${one.days === null ? 'for ever' : `${count(one.days)} days`}</div><div><strong>${text}</strong></div>${oldest}`,
    ),
  };
}
