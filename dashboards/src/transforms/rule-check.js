import { badge, esc, words } from './helpers.js';

const FIELDS = { when: 'condition', message: 'message' };

/** What a parser says, as a person would. */
const faultOf = ({ field, start, message }) => {
  const what = FIELDS[field] ?? words(field).toLowerCase();
  return /unexpected token: EOF/i.test(message)
    ? `The ${what} ends too early, after character ${start}.`
    : `The ${what} has a fault at character ${start + 1}: ${message}`;
};

/** Whether a rule can be evaluated, and if not, where it is wrong. */
export default function transform(data) {
  if (typeof data?.valid !== 'boolean') return {};
  const card = data.valid
    ? `${badge('The rule is valid', 'good')}<div style="color:#667085;margin-top:8px">Facts used: ${esc(data.reads.join(', ') || 'none')}.</div>`
    : `${badge('The rule is invalid', 'bad')}<div style="margin-top:8px">${data.fault ? esc(faultOf(data.fault)) : ''}</div>`;
  return { card: `<div style="padding:4px 8px">${card}</div>` };
}
