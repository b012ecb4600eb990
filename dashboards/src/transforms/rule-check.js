import { badge, esc } from './helpers.js';

/** Whether a rule can be evaluated, and if not, where it is wrong. */
export default function transform(data) {
  if (typeof data?.valid !== 'boolean') return {};
  const card = data.valid
    ? `${badge('The rule can be evaluated', 'good')}<div style="color:#667085;margin-top:8px">It reads ${esc(data.reads.join(', ') || 'nothing')}.</div>`
    : `${badge('The rule is wrong', 'bad')}<div style="margin-top:8px">${esc(data.fault?.field)}, character ${data.fault?.start + 1}: ${esc(data.fault?.message)}</div>`;
  return { card: `<div style="padding:4px 8px">${card}</div>` };
}
