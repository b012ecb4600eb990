import { badge, count, esc, padded, quiet } from './helpers.js';

const PROMISE_STATES = {
  true: ['holds', 'good'],
  false: ['broken', 'bad'],
  null: ['nothing to count yet', 'neutral'],
};

/** Each promise with the evidence that was counted for it. */
export default function transform(data) {
  const promises = data?.promises ?? [];
  if (promises.length === 0) return { card: '' };
  const rows = promises.map(
    ({ says, holds, checked, broken, of, note }) =>
      `<div style="margin-bottom:12px"><strong>${esc(says)}</strong> ${badge(...PROMISE_STATES[String(holds)])}<div>${count(checked)} ${esc(of)}; ${count(broken)} break it.</div>${note ? quiet(esc(note)) : ''}</div>`,
  );
  return { card: padded(rows.join('')) };
}
