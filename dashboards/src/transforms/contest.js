import { badge, block, esc, fact, kindName, padded, when } from './helpers.js';

const shown = (value) => (value === null ? 'not known' : esc(String(value)));
const TONE = { open: 'warning', upheld: 'bad', changed: 'good', withdrawn: 'warning' };

/** One contest with its reasons, what the facts as claimed would lead to, and what was decided. */
export default function transform(data) {
  if (!data?.contestId) return {};
  const facts = data.facts
    .map(({ name, recorded, claimed }) =>
      block(`<strong>${esc(name)}</strong>: ${shown(claimed)} in place of ${shown(recorded)}`),
    )
    .join('');
  const sent = data.sentTo.map(({ what, to, at }) => `${esc(to)} (${what}, ${when(at)})`).join('<br>');
  return {
    version: data.version,
    isOpen: data.state === 'open',
    claims: data.facts.map(({ path, claimed }) => ({ path, value: claimed })),
    card: padded(
      [
        `<div style="font-size:18px;font-weight:600;color:#101828">${esc(data.builder.name)}</div>`,
        fact(esc(kindName(data.kind)), esc(data.result)),
        fact('State', badge(data.isOverdue ? 'overdue' : data.state, TONE[data.state])),
        fact('Reason', esc(data.reason).replaceAll('\n', '<br>')),
        facts ? fact('Facts that the person corrects', facts) : '',
        data.asClaimed ? fact('With these facts the rules of that time say', esc(data.asClaimed.result)) : '',
        fact('Decide by', when(data.dueAt)),
        data.decidedBy
          ? fact('Decided by', `${esc(data.decidedBy)}, ${when(data.closedAt)}: ${esc(data.decision ?? '')}`)
          : '',
        sent ? fact('The old result had gone to', sent) : '',
      ].join(''),
    ),
  };
}
