import {
  actorName,
  badge,
  claimsOf,
  esc,
  evidenceLine,
  fact,
  hoursOf,
  requestState,
  when,
  words,
} from './helpers.js';

const tone = (state) => ({ approved: 'good', rejected: 'bad', withdrawn: 'neutral' })[state] ?? 'warning';

const criterion = ({ title, reason, evidence }) =>
  `<div style="border-top:1px solid #EAECF0;padding:10px 0"><strong style="color:#101828">${esc(title)}</strong><div>${esc(reason)}</div><div style="color:#667085;font-size:12px">${evidenceLine(evidence)}</div></div>`;

const step = ({ at, step: what, by, hours, reason }) =>
  `<div style="border-top:1px solid #EAECF0;padding:8px 0"><strong>${esc(words(what))}</strong> by ${esc(actorName(by))}${hours === null ? '' : `, ${hoursOf(hours)} h`} <span style="color:#667085">${when(at)}</span>${reason ? `<div>${esc(reason)}</div>` : ''}</div>`;

/** One request for manual time: what was asked, why it is where it is, the evidence, its history. */
export default function transform(data) {
  if (!data?.approvalId) return {};
  const files = data.attachments.map(
    ({ name, url }) => `<a href="${esc(url)}" target="_blank" rel="noopener">${esc(name)}</a>`,
  );
  return {
    approvalId: data.approvalId,
    judgementId: data.judgementId,
    version: data.version,
    state: data.state,
    hours: data.hours,
    audit: data.audit,
    isEscalated: data.escalated,
    isOpen: ['submitted', 'incomplete', 'in_review', 'awaiting_second'].includes(data.state),
    summary: `<div style="padding:4px 8px"><div style="font-size:18px;font-weight:600;color:#101828">${esc(data.builder.name)}: ${hoursOf(data.hours)} h on ${esc(data.date)}</div><div style="margin:8px 0">${badge(requestState(data.state), tone(data.state))} ${badge(words(data.category), 'neutral')} ${data.escalated ? badge('escalated', 'bad') : ''}</div>${fact('Work done', esc(data.justification).replaceAll('\n', '<br>'))}${fact('Reason', esc(data.reason ?? 'Not judged yet.'))}${data.proposal && !data.decidedAt ? fact('The engine proposes', `${esc(words(data.proposal))}. A person decides.`) : ''}${data.appeal ? fact('Appeal', esc(data.appeal)) : ''}${data.state === 'approved' ? fact('Paid', `${hoursOf(data.payableHours)} h`) : ''}${fact('Engine confidence', data.confidence === null ? '—' : `${Math.round(data.confidence * 100)} %`)}${data.decidedAt || !data.dueAt ? '' : fact('Due', when(data.dueAt))}${files.length > 0 ? fact('Files', files.join('<br>')) : ''}</div>`,
    evidence: `<div style="padding:4px 8px">${data.judgement?.claims?.length ? fact('What the text claims', claimsOf(data.judgement.claims)) : ''}${(data.judgement?.criteria ?? []).map(criterion).join('') || 'The engine has not judged it yet.'}</div>`,
    history: `<div style="padding:4px 8px">${data.history.map(step).join('')}</div>`,
  };
}
