import { when, words } from './helpers.js';

const nameOf = (entry, { sha, conversationId, status }, titles) =>
  `${entry.type === 'commit' ? (titles.get(conversationId) ?? 'A conversation') : sha.slice(0, 8)}${status === 'suggested' ? ' ?' : ''}`;

/** Conversations and commits in time; a question mark follows a link that is not confirmed. */
export default function transform(data) {
  const items = data?.items ?? [];
  const titles = new Map(
    items.filter(({ type }) => type === 'conversation').map(({ id, title }) => [id, title]),
  );
  return {
    rows: items.map((entry) => ({
      id: entry.id,
      when: when(entry.at),
      what: words(entry.type),
      title: entry.sha ? `${entry.sha.slice(0, 8)} ${entry.title}` : entry.title,
      person: entry.person ?? '—',
      repository: entry.repository ?? '—',
      links: entry.links.map((link) => nameOf(entry, link, titles)).join(', ') || '—',
      conversationId: entry.type === 'conversation' ? entry.id : (entry.links[0]?.conversationId ?? ''),
    })),
  };
}
