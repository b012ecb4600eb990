import {
  actorName,
  badge,
  block,
  count,
  esc,
  fact,
  folderName,
  heading,
  padded,
  quiet,
  when,
} from './helpers.js';

const TONE = { indexed: 'good', failed: 'bad', pending: 'warning' };
const versionLine = (one) =>
  block(
    `<a href="${esc(one.url)}" target="_blank" rel="noopener">Version ${one.version}</a> ${badge(one.state, TONE[one.state])}${one.error ? `<div>${esc(one.error)}</div>` : ''}${(one.unread ?? []).map(({ message }) => `<div>${badge('not read', 'warning')} ${esc(message)}</div>`).join('')}${one.comment ? `<div>${esc(one.comment)}</div>` : ''}${quiet(`${esc(actorName(one.uploadedBy))}, ${when(one.uploadedAt)} · ${count(one.bytes)} bytes · ${one.passages === null ? 'not indexed yet' : `${one.passages} passages`}`)}`,
  );

/** One document with its versions. */
export default function transform(data) {
  if (!data?.documentId) return {};
  return {
    documentId: data.documentId,
    isActive: data.status === 'active',
    card: padded(
      `${heading(data.title)}<div style="margin:8px 0">${badge(folderName(data.folder), 'neutral')} ${badge(data.status, data.status === 'active' ? 'good' : 'neutral')}</div>${data.reason ? fact('Reason', esc(data.reason)) : ''}${fact('File', esc(data.name))}${data.versions.map(versionLine).join('')}`,
    ),
  };
}
