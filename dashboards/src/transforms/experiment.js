import { actorName, badge, esc, fact, heading, kindName, padded, prose, quiet, when } from './helpers.js';

const METRICS = {
  overridden: 'fewer overrides',
  needsReview: 'fewer reviews needed',
  modelFailed: 'fewer model failures',
  score: 'score',
  faulted: 'fewer faults found by reviewers',
};

/** The hypothesis of an experiment, its metric and how it ended. */
export default function transform(data) {
  if (!data?.experimentId) return {};
  return {
    // Not called status: an answer whose status is failed counts as a failed query in ToolJet.
    state: data.status,
    card: padded(
      `${heading(data.title)}<div style="margin:8px 0">${badge(data.status, data.status === 'running' ? 'warning' : 'neutral')} ${data.verdict ? badge(data.verdict, 'neutral') : ''}</div>${fact('Hypothesis', prose(data.hypothesis))}${fact('Treatment', `${esc(data.label)} of “${esc(kindName(data.prompt))}”, for ${Math.round(data.share * 100)} % of subjects`)}${fact('Metric', `${esc(METRICS[data.metric] ?? data.metric)}, at least ${data.minimumSample} subjects per version`)}${fact('Versions', data.controlVersion === null ? 'Locked at the start' : `production ${data.controlVersion} vs. ${data.treatmentVersion}`)}${data.stopReason ? fact('Reason for stopping', esc(data.stopReason)) : ''}${quiet(`Created by ${esc(actorName(data.createdBy))}, ${when(data.createdAt)}`)}`,
    ),
  };
}
