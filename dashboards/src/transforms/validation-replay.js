import { count, esc } from './helpers.js';

/** What another version would say about past texts. */
export default function transform(data) {
  if (typeof data?.texts !== 'number') return {};
  const moves = data.moves.map(({ from, to, count: n }) => `<li>${esc(from)} → ${esc(to)}: ${count(n)}</li>`);
  const examples = data.examples
    .slice(0, 10)
    .map(
      ({ text, before, after, rules }) =>
        `<div style="border-top:1px solid #EAECF0;padding:6px 0">${esc(before)} → ${esc(after)}: ${esc(text)}<div style="color:#667085">${rules.map(esc).join(', ')}</div></div>`,
    );
  return {
    card: `<div style="padding:4px 8px"><div style="font-size:18px;font-weight:600;color:#101828">${count(data.changed)} of ${count(data.texts)} past texts would be judged otherwise by version ${data.version}</div><ul style="padding-left:20px;margin:8px 0">${moves.join('')}</ul>${examples.join('')}</div>`,
  };
}
