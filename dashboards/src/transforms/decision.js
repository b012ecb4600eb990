import { actorName, badge, esc, fact, heading, padded, prose, quiet, when } from './helpers.js';

const TONE = { approved: 'good', declined: 'bad', pending: 'warning' };

/** One question, whom it was sent to, and the answer. */
export default function transform(data) {
  if (!data?.decisionId) return {};
  const details = Object.entries(data.details).map(([key, value]) => `${esc(key)}: ${esc(value)}`);
  const asked = data.approvers.map(
    ({ email, mailedAt, mailError }) =>
      `${esc(email)}${quiet(mailError ? `E-mail failed: ${esc(mailError)}` : mailedAt ? `E-mail sent ${when(mailedAt)}` : 'No e-mail sent')}`,
  );
  return {
    decisionId: data.decisionId,
    isOpen: data.status === 'pending',
    reasonRequired: data.reasonRequired,
    approveLabel: data.approveLabel,
    declineLabel: data.declineLabel,
    card: padded(
      `${heading(data.title)}<div style="margin:8px 0">${badge(data.status, TONE[data.status] ?? 'neutral')}</div>${data.message ? fact('Message', prose(data.message)) : ''}${details.length > 0 ? fact('Details', details.join('<br>')) : ''}${data.decidedBy ? fact('Decided', `${esc(data.decidedBy.name)}, ${when(data.decidedAt)}${data.reason ? `: ${esc(data.reason)}` : ''}`) : fact('Open until', when(data.expiresAt))}${fact('Approvers', asked.join('') || 'No e-mail recipients')}${quiet(`Requested by ${esc(actorName(data.requestedBy))}, ${when(data.createdAt)}`)}`,
    ),
  };
}
