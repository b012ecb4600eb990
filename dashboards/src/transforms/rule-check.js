import { badge, esc } from './helpers.js';

/** Whether a rule can be evaluated, and if not, where it is wrong. */
export default function transform(data) {
  if (typeof data?.valid !== 'boolean') return {};
  const card = data.valid
    ? `${badge('The rule is valid', 'good')}<div style="color:#667085;margin-top:8px">Facts used: ${esc(data.reads.join(', ') || 'none')}.</div>`
    : `${badge('The rule is invalid', 'bad')}<div style="margin-top:8px">${esc(data.fault?.field)}, character ${data.fault?.start + 1}: ${esc(data.fault?.message)}</div>`;
  return { card: `<div style="padding:4px 8px">${card}</div>` };
}
