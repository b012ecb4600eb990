import {
  actorName,
  badge,
  esc,
  fact,
  heading,
  padded,
  prose,
  quiet,
  when,
  withNames,
  words,
} from './helpers.js';

const TONE = { approved: 'good', declined: 'bad', pending: 'warning' };

/** One question, whom it was sent to, and the answer. */
export default function transform(data, { queries } = {}) {
  if (!data?.decisionId) return {};
  const named = (text) => withNames(queries?.directory?.data?.names, text);
  const details = Object.entries(data.details).map(
    ([key, value]) => `${esc(words(key))}: ${esc(named(value))}`,
  );
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
      `${heading(named(data.title))}<div style="margin:8px 0">${badge(data.status, TONE[data.status] ?? 'neutral')}</div>${data.message ? fact('Message', prose(named(data.message))) : ''}${details.length > 0 ? fact('Details', details.join('<br>')) : ''}${data.decidedBy ? fact('Decided', `${esc(data.decidedBy.name)}, ${when(data.decidedAt)}${data.reason ? `: ${esc(data.reason)}` : ''}`) : fact('Open until', when(data.expiresAt))}${fact('Approvers', asked.join('') || 'No e-mail recipients')}${quiet(`Requested by ${esc(actorName(data.requestedBy))}, ${when(data.createdAt)}`)}`,
    ),
  };
}
