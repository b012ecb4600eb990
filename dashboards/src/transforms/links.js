import { badge, block, esc, fact, heading, padded, quiet, toolName, when } from './helpers.js';

const TONE = { certain: 'good', probable: 'warning', added: 'good' };

const card = (link) =>
  padded(
    `${heading(link.commit.subject)}${badge(link.level, TONE[link.level])}${fact('Commit', `${esc(link.commit.sha.slice(0, 12))} in ${esc(link.commit.repository)}, ${when(link.commit.committedAt)}`)}${fact('Conversation', `${esc(link.conversation.title)}${quiet(`${esc(toolName(link.conversation.tool))}, ${esc(link.conversation.author)}, ${when(link.conversation.startedAt)}`)}`)}${link.reasons
      .map(({ signal, reason, score, weight }) =>
        block(`${esc(reason)}${quiet(`${esc(signal)}: ${esc(score ?? '—')} of 100, weight ${esc(weight)}`)}`),
      )
      .join('')}${link.decidedBy ? quiet(`Decided by ${esc(link.decidedBy)}, ${when(link.decidedAt)}`) : ''}`,
  );

/** Links with what speaks for them. */
export default function transform(data) {
  return {
    rows: (data?.items ?? []).map((link) => ({
      linkId: link.linkId,
      conversationId: link.conversation.conversationId,
      messageId: link.messageId ?? '',
      commit: `${link.commit.sha.slice(0, 8)} ${link.commit.subject}`,
      conversation: link.conversation.title,
      level: link.level,
      score: link.score === null ? '—' : String(Math.round(link.score)),
      card: card(link),
    })),
  };
}
