import { actorName, badge, count, esc, fact, kindName, subjectName, when } from './helpers.js';

const finding = ({ severity, message }) =>
  `<li>${badge(severity, severity === 'error' ? 'bad' : severity === 'warning' ? 'warning' : 'neutral')} ${esc(message)}</li>`;

/** A failure is the kind of it, or begins with that. */
const failureName = (failure) =>
  failure?.replace(/^out_of_schema/, 'invalid model answer').replaceAll('_', ' ') ?? 'no answer';

const example =
  (names) =>
  ({ subjectId, before, after, failure }) =>
    `<li>${esc(subjectName(names, subjectId))}: ${esc(before.grade)} → ${after ? esc(after.grade) : esc(failureName(failure))}</li>`;

/** Variables that are right say nothing of what the version answers: only a replay does. */
const resultOf = ({ passed, replay }) =>
  !passed
    ? badge('failed', 'bad')
    : replay.status === 'not replayed'
      ? badge('variables are valid, not replayed', 'warning')
      : badge('passed', 'good');

const checkOf = ({ passed, findings, replay, checkedBy, checkedAt }, names) =>
  `${fact('Check', `${resultOf({ passed, replay })} by ${esc(actorName(checkedBy))}, ${when(checkedAt)}`)}<ul style="padding-left:20px;margin:4px 0">${findings.map(finding).join('')}</ul>${fact('Replay of past judgements', replay.status === 'not replayed' ? esc(replay.reason ?? 'Not done') : `${count(replay.changed)} of ${count(replay.replayed)} would change`)}<ul style="padding-left:20px;margin:4px 0">${replay.examples.slice(0, 10).map(example(names)).join('')}</ul>`;

/** One version of a prompt: its text, what a check found, who approved it. */
export default function transform(data, { queries }) {
  if (!data?.version) return {};
  const text = `<pre style="white-space:pre-wrap;font:13px/1.6 monospace;margin:0;color:#101828">${esc(data.text)}</pre>`;
  const approvals = data.approvals
    .map(({ approvedBy, comment }) => `${esc(actorName(approvedBy))}: ${esc(comment)}`)
    .join('<br>');
  return {
    version: data.version,
    text: `<div style="padding:4px 8px">${text}</div>`,
    release: `<div style="padding:4px 8px"><div style="font-size:16px;font-weight:600;color:#101828">${esc(kindName(data.name))}, version ${data.version}</div>${fact('Labels', data.labels.map((label) => badge(label, label === 'production' ? 'good' : 'neutral')).join(' ') || 'none')}${fact('What changed', esc(data.commitMessage))}${data.check ? checkOf(data.check, queries.directory?.data?.names) : fact('Check', 'Not checked yet. Only checked versions can be released to production.')}${fact('Approved by', approvals || 'No approvals yet')}</div>`,
  };
}
