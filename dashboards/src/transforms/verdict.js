import { badge, count, esc, fact } from './helpers.js';

/** What the check of the audit chain found. */
export default function transform(data) {
  if (typeof data?.intact !== 'boolean') return {};
  const broken = data.firstBroken
    ? fact('First broken entry', `${data.firstBroken.seq}: ${esc(data.firstBroken.reason)}`)
    : '';
  return {
    card: `<div style="padding:4px 8px">${fact('Audit trail', badge(data.intact ? 'intact' : 'broken', data.intact ? 'good' : 'bad'))}${fact('Entries checked', count(data.checked))}${broken}${fact('Head (store it elsewhere)', `entry ${data.head.seq}, <code>${esc(data.head.hash)}</code>`)}</div>`,
  };
}
