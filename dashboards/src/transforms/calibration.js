import { badge, esc, fact, line, padded, plot } from './helpers.js';

const percent = (share) => (share === null || share === undefined ? '—' : `${(share * 100).toFixed(1)} %`);

/** When the engine is sure enough to decide alone: in force, proposed, and what each threshold would mean. */
export default function transform(data) {
  if (!data?.inForce) return {};
  const { inForce, proposal, brier } = data;
  return {
    version: inForce.version,
    slope: proposal?.slope ?? '',
    intercept: proposal?.intercept ?? '',
    yesAt: proposal?.yesAt ?? inForce.yesAt,
    noAt: proposal?.noAt ?? inForce.noAt,
    card: padded(
      `${badge(data.status, data.status === 'proposed' ? 'good' : 'warning')}${fact('Current', `yes from ${percent(inForce.yesAt)}, no from ${percent(inForce.noAt)}${inForce.version === 0 ? '; set by default, not measured' : `; version ${inForce.version}`}`)}${fact('Proposed', proposal ? `yes from ${percent(proposal.yesAt)}, no from ${percent(proposal.noAt)}` : `none yet (${data.cases} decided cases)`)}${fact('Brier score', `${brier.before?.toFixed(3) ?? '—'} now, ${brier.after?.toFixed(3) ?? '—'} as proposed`)}${data.notes.map(esc).join('<br>')}`,
    ),
    curve:
      data.curve.length === 0
        ? undefined
        : plot([
            line(
              'Decided automatically',
              '#1F4B99',
              data.curve.map(({ threshold }) => threshold),
              data.curve.map(({ coverage }) => coverage),
            ),
            line(
              'Errors',
              '#B42318',
              data.curve.map(({ threshold }) => threshold),
              data.curve.map(({ error }) => error),
            ),
          ]),
  };
}
