import { badge, block, esc, fact, oneDecimal, padded, prose, quiet } from './helpers.js';

const MARK = 'background:#FEE4E2;border-radius:3px';

/** The text with the places marked where it fails; places that overlap are one. */
function marked(text, spans) {
  let at = 0;
  let markup = '';
  for (const { start, end } of [...spans].sort((a, b) => a.start - b.start)) {
    if (end <= at) continue;
    const from = Math.max(start, at);
    markup += `${prose(text.slice(at, from))}<mark style="${MARK}">${prose(text.slice(from, end))}</mark>`;
    at = end;
  }
  return markup + prose(text.slice(at));
}

/** A verdict: the rules that fail with their places, and what became of the text. */
export default function transform(data) {
  if (!data?.rules) return {};
  const text = data.text ?? null;
  const spans = data.rules.flatMap((rule) => rule.spans);
  const lines = data.rules
    .filter(({ passed }) => passed !== true)
    .map(({ title, passed, message, spans: places }) =>
      block(
        `${badge(passed === false ? 'failed' : 'unsure')} <strong>${esc(title)}</strong><div>${esc(message)}</div>${quiet(places.map((place) => esc(place.text)).join(' · '))}`,
      ),
    );
  const human = data.human
    ? fact(
        'Decided by',
        `${esc(data.human.decidedBy)}: ${badge(data.human.status)} ${esc(data.human.reason)}`,
      )
    : '';
  return {
    resultId: data.resultId,
    card: padded(
      `${badge(data.status)} ${fact('Score', `${oneDecimal(data.score)}${data.band ? `, ${esc(data.band)}` : ''}`)}${human}${text === null ? '' : fact('Text', marked(text, spans))}${lines.join('')}${data.effect === 'changed' ? fact('Changed to', prose(data.output ?? '')) : fact('Then', esc(data.effect))}`,
    ),
  };
}
