import {
  actorName,
  badge,
  block,
  bytes,
  choice,
  esc,
  fact,
  heading,
  padded,
  quiet,
  stateName,
  when,
} from './helpers.js';

const TONE = { ready: 'good', quarantined: 'bad', rejected: 'bad', scan_failed: 'bad' };
const state = (one) => badge(stateName(one.state), TONE[one.state] ?? 'warning');
const arrived = (one) =>
  one.state === 'receiving' ? `${bytes(one.receivedBytes)} of ${bytes(one.bytes)}` : bytes(one.bytes);
const versionLine = (one) =>
  block(
    `Version ${one.version} ${state(one)}${one.scan === 'not scanned' ? ` ${badge('not scanned', 'warning')}` : ''}${one.reason ? `<div>${esc(one.reason)}</div>` : ''}${one.comment ? `<div>${esc(one.comment)}</div>` : ''}${one.releaseReason ? `<div>Released by ${esc(one.releasedBy)}: ${esc(one.releaseReason)}</div>` : ''}${quiet(`${esc(actorName(one.uploadedBy))}, ${when(one.uploadedAt)} · ${arrived(one)}${one.restoredFrom === null ? '' : ` · from version ${one.restoredFrom}`}`)}`,
  );
const sharedLine = (one) =>
  one.kind === 'link'
    ? `by a link until ${when(one.expiresAt)}, ${one.downloads} downloads`
    : `${one.kind} ${one.role ?? one.userId}: ${one.access}`;

/** One file with its versions. */
export default function transform(data) {
  if (!data?.fileId) return {};
  const isOwn = data.origin === 'upload';
  return {
    mayChange: isOwn && ['write', 'own'].includes(data.access),
    mayDownload: data.readyVersion !== null && data.access !== 'look',
    mayDelete: isOwn && data.access === 'own',
    versions: data.versions
      .filter(({ state, version }) => state === 'ready' && version !== data.version)
      .map(({ version }) => choice(version, `Version ${version}`)),
    card: padded(
      `${heading(data.name)}<div style="margin:8px 0">${badge(data.category, 'neutral')} ${state(data)}</div>${fact('Owner', esc(actorName(data.owner)))}${data.permissions.length > 0 ? fact('Shared', esc(data.permissions.map(sharedLine).join('; '))) : ''}${data.versions.map(versionLine).join('')}`,
    ),
  };
}
