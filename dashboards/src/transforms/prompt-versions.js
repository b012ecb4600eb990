import { actorName, when } from './helpers.js';

const checkOf = (check) => {
  if (!check) return 'not checked';
  if (!check.passed) return 'failed';
  return check.replay.status === 'not replayed' ? 'not replayed' : 'passed';
};

/** Versions of a prompt as a table. */
export default function transform(data) {
  const items = data?.items ?? [];
  return {
    latest: items[0]?.version ?? 0,
    labelled: Object.fromEntries(
      items.flatMap(({ version, labels }) => labels.map((label) => [label, version])),
    ),
    latestText: items[0]?.text ?? '',
    rows: items.map((version) => ({
      name: version.name,
      version: version.version,
      labels: version.labels.join(', ') || '—',
      check: checkOf(version.check),
      approvals: version.approvals.length,
      message: version.commitMessage,
      by: `${actorName(version.createdBy)}, ${when(version.createdAt)}`,
    })),
  };
}
