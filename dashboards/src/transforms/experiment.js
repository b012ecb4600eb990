import { badge, esc, fact, heading, padded, prose, quiet, when } from './helpers.js';

/** What is tried, what it is decided by, and how it ended. */
export default function transform(data) {
  if (!data?.experimentId) return {};
  return {
    // Not called status: an answer whose status is failed counts as a failed query in ToolJet.
    state: data.status,
    card: padded(
      `${heading(data.title)}<div style="margin:8px 0">${badge(data.status, data.status === 'running' ? 'warning' : 'neutral')} ${data.verdict ? badge(data.verdict, 'neutral') : ''}</div>${fact('What is expected', prose(data.hypothesis))}${fact('What is tried', `${esc(data.label)} of ${esc(data.prompt)}, for ${Math.round(data.share * 100)} % of all subjects`)}${fact('Decided by', `${esc(data.metric)}, from ${data.minimumSample} subjects on each side`)}${fact('Versions', data.controlVersion === null ? 'Fixed when it starts' : `production ${data.controlVersion} against ${data.treatmentVersion}`)}${data.stopReason ? fact('Why it was stopped', esc(data.stopReason)) : ''}${quiet(`Planned by ${esc(data.createdBy)}, ${when(data.createdAt)}`)}`,
    ),
  };
}
