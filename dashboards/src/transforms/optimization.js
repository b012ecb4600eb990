import {
  actorName,
  badge,
  count,
  dollars,
  esc,
  fact,
  heading,
  kindName,
  padded,
  prose,
  quiet,
} from './helpers.js';

const percent = (share) => `${share > 0 ? '+' : ''}${(share * 100).toFixed(0)} points`;
const color = (text) => (text.startsWith('+') ? '#067647' : text.startsWith('-') ? '#B42318' : '#344054');

const measured = (proposal) => {
  const { heldOut, difference, regression } = proposal;
  return `${fact('On cases set aside', `${heldOut.rightAfter} of ${heldOut.cases} correct, ${heldOut.rightBefore} with the current version: ${percent(difference.estimate)} (95 %: ${percent(difference.low)} to ${percent(difference.high)})`)}${fact('Uncorrected cases', `${regression.changed} of ${regression.cases} would change`)}${fact('Cost', `${count(proposal.tokensIn + proposal.tokensOut)} tokens, ${dollars(proposal.costMicros)}`)}`;
};

/** One proposal: what was changed, what it is worth, and the text. */
export default function transform(data) {
  if (!data?.optimizationId) return {};
  const { proposal } = data;
  return {
    optimizationId: data.optimizationId,
    // Not called status: an answer whose status is failed counts as a failed query in ToolJet.
    state: data.status,
    card: padded(
      `${heading(kindName(data.prompt))}<div style="margin:8px 0">${badge(data.status, data.status === 'proposed' ? 'good' : 'neutral')} ${proposal ? badge(proposal.verdict, proposal.verdict === 'better' ? 'good' : proposal.verdict === 'worse' ? 'bad' : 'neutral') : ''}</div>${data.reason ? fact('Reason', esc(data.reason)) : ''}${proposal ? `${fact('Change', esc(proposal.change))}${fact('Analysis of the corrected cases', prose(proposal.analysis))}${measured(proposal)}` : fact('Progress', `${esc(data.progress.phase)}, ${data.progress.done} of ${data.progress.total}`)}${data.acceptedVersion ? fact('Saved as', `version ${data.acceptedVersion}`) : ''}${quiet(`From version ${data.baseVersion}, requested by ${esc(actorName(data.requestedBy))}`)}`,
    ),
    diff: proposal
      ? `<div style="padding:4px 8px;font-family:monospace;font-size:12px;white-space:pre-wrap">${proposal.diff
          .split('\n')
          .map((text) => `<div style="color:${color(text)}">${esc(text) || '&nbsp;'}</div>`)
          .join('')}</div>`
      : undefined,
  };
}
