import { badge, count, esc, fact, heading, toolName, when } from './helpers.js';

/** What is known about a conversation. */
export default function transform(data) {
  if (!data?.id) return {};
  const made = data.commitsSeen.filter(({ kind }) => kind === 'made');
  const facts = [
    ['Person', esc(data.ownerName)],
    ['Tool', esc([toolName(data.tool), data.toolVersion].filter(Boolean).join(' '))],
    ['Repository', esc([data.repository, data.branch].filter(Boolean).join(' · ') || '—')],
    ['Active', when(data.activeAt)],
    ['Models', esc(data.models.join(', ') || '—')],
    [
      'Tokens',
      `${count(data.tokens.input)} in, ${count(data.tokens.output)} out, ${count(data.tokens.cacheRead)} from the cache`,
    ],
    ['Messages', `${count(data.messages)}, with ${count(data.toolCalls)} tool calls`],
    ['Commits', made.map(({ sha, subject }) => `${esc(sha)} ${esc(subject ?? '')}`).join('<br>') || '—'],
    ['Edited files', data.files.slice(0, 20).map(esc).join('<br>') || '—'],
    ['Removed secrets', count(data.redactions)],
    ['Search by meaning', badge(data.embeddingStatus)],
  ];
  return {
    isMine: data.mine,
    card: `${heading(data.title)}${data.private ? badge('Only you', 'warning') : ''}${facts.map(([label, markup]) => fact(label, markup)).join('')}`,
  };
}
