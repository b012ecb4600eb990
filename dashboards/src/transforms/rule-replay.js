import { count, esc, subjectName } from './helpers.js';

const outcome = ({ outcome: decided, proposed, incomplete, grade, needsReview }) =>
  `${esc(incomplete ? 'handed back' : (decided ?? (proposed ? `proposes ${proposed}` : grade)))}${needsReview ? ', needs review' : ''}`;

/** What a change would have done to past judgements. */
export default function transform(data, { queries }) {
  if (typeof data?.judgements !== 'number') return {};
  const moves = data.moves.map(({ from, to, count: n }) => `<li>${esc(from)} → ${esc(to)}: ${count(n)}</li>`);
  const examples = data.examples
    .slice(0, 10)
    .map(
      ({ subjectId, before, after, reasons }) =>
        `<div style="border-top:1px solid #EAECF0;padding:6px 0"><strong>${esc(subjectName(queries.directory?.data?.names, subjectId))}</strong>: ${outcome(before)} → ${outcome(after)}<div style="color:#667085">${reasons.map(esc).join(' ')}</div></div>`,
    );
  return {
    card: `<div style="padding:4px 8px"><div style="font-size:18px;font-weight:600;color:#101828">${count(data.changed)} of ${count(data.judgements)} past judgements would change</div><ul style="padding-left:20px;margin:8px 0">${moves.join('')}</ul>${examples.join('')}</div>`,
  };
}
