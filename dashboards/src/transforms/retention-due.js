import { count, esc, padded, quiet } from './helpers.js';

const SHOWN = 4;

/** What the next night deletes by the periods in force. */
export default function transform(data) {
  if (!data?.items) return { card: '' };
  const due = data.items.filter((one) => one.count > 0).sort((a, b) => b.count - a.count);
  const lines = due.slice(0, SHOWN).map((one) => `<div>${esc(one.title)}: ${count(one.count)}</div>`);
  const more = due.length > SHOWN ? quiet(`and ${due.length - SHOWN} further kinds`) : '';
  const holds = (data.holds ?? []).map((hold) => `<div><strong>${esc(hold)}</strong></div>`).join('');
  const total =
    (data.holds ?? []).length > 0
      ? 'Nothing is deleted while a legal hold lasts.'
      : `The next night deletes ${count(data.total)} records.`;
  return { card: padded(`<div><strong>${total}</strong></div>${holds}${lines.join('')}${more}`) };
}
